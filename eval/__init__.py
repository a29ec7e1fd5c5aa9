"""Measures a library and its assistant, or anything that answers, against a set of questions."""

from eval.comparison import Comparison, compare
from eval.errors import EvaluationError
from eval.feedback import Feedback, Verdict, feedback_to_cases
from eval.judge import Judge
from eval.measure import evaluate
from eval.questions import Case, Kind, read_cases
from eval.records import Metric, Report
from eval.report import load_report

__all__ = [
    "Case",
    "Comparison",
    "EvaluationError",
    "Feedback",
    "Judge",
    "Kind",
    "Metric",
    "Report",
    "Verdict",
    "compare",
    "evaluate",
    "feedback_to_cases",
    "load_report",
    "read_cases",
]
