"""What a run will take, before it begins; and, once it is over, how near that was.

`shtairir.forecast` makes a `Forecast` of a plan, of what the cache has, and of how runs of the same graph went that
were foreseen before. After a run a `Review` holds it against the truth, which teaches the next one.
"""

from shtairir.forecasting.forecast import Forecast, Impact, Range
from shtairir.forecasting.review import Review, Truth

__all__ = ["Forecast", "Impact", "Range", "Review", "Truth"]
