"""Rows that fitted models return, as arrays or as frames with the names of the columns."""

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from sklearn.utils.validation import check_is_fitted

from causal_dag.tables.columns import written_names
from causal_dag.validation import check_choice

if TYPE_CHECKING:
    from numpy.typing import NDArray

Container = Literal["default", "pandas", "polars"]


class NamedOutput:
    """Lets users choose the container of the rows that a fitted model returns."""

    def set_output(self: Any, *, transform: Container | None = None) -> Any:
        """Choose what ``predict``, ``sample`` and other methods that return rows return.

        Call it on the model: ``Pipeline.set_output`` and scikit-learn's global setting
        ``transform_output`` concern transformers only, and a prediction is not a transformation.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, optional
            A frame with the names of the columns; ``"pandas"`` has the index of the rows that are
            predicted. By default arrays, and pandas frames where columns hold labels. None changes
            nothing.

        Returns
        -------
        self

        Examples
        --------
        >>> import pandas as pd
        >>> from causal_dag import EqVar
        >>> X = pd.DataFrame({"rain": [1.0, 2.0, 4.0, 3.0], "wet": [1.0, 3.0, 4.0, 2.0]})
        >>> EqVar().set_output(transform="polars").fit(X).predict(X).columns
        ['rain', 'wet']
        """
        if transform is not None:
            check_choice("transform", transform, get_args(Container))
            # The name under which scikit-learn's clone looks for it.
            self._sklearn_output_config = {"transform": transform}
        return self

    def get_feature_names_out(self: Any, input_features: object = None) -> "NDArray[Any]":
        """Return the names of the columns of predicted rows.

        Parameters
        ----------
        input_features : None
            Ignored; there for scikit-learn's conventions.

        Returns
        -------
        ndarray of str
            ``x0``, ``x1``, ... where the data had no names.
        """
        check_is_fitted(self)
        if hasattr(self, "column_kinds_"):
            return np.array(self.column_kinds_.written_names, dtype=object)
        names = written_names(getattr(self, "feature_names_in_", None), self.n_features_in_)
        return np.array(names, dtype=object)

    def _named(self: Any, rows: Any, like: object = None) -> Any:
        """Return rows in the chosen container, with the index of the last rows of a frame."""
        chosen = getattr(self, "_sklearn_output_config", {}).get("transform", "default")
        if chosen == "default":
            return rows
        import pandas as pd

        frame = pd.DataFrame(rows)
        frame.columns = pd.Index(self.get_feature_names_out(), dtype=object)
        if chosen == "pandas":
            index = like.index if isinstance(like, pd.DataFrame) else frame.index
            return frame.set_axis(index[-len(frame) :])
        import polars

        return polars.DataFrame(frame.to_dict("list"))
