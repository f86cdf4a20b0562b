"""Strategies that cheat at the task `persistence`, each in one thing."""

from __future__ import annotations

from tournament import Plugin, hookimpl

from .answers import CallCount, Clock, FirstInLine, Neighbours
from .attention import (
    AnotherVideo,
    Brightness,
    Constant,
    Decoy,
    DecoyBeside,
    NearAndLiked,
    OwnPredictions,
    RandomFresh,
    RandomPlain,
    RandomRepeatable,
    Tilted,
    TwoFaced,
    UpsideDown,
)
from .bomb import pickled
from .breaking import Acts, ClosesItsLine, KillsItself, NeverReturns, OutOfMemory
from .honest import PUBLIC, SAMPLES, Honest, Indifferent, Patient
from .malformed import GrowsWhenLoaded, InExam, NaNAttention, NaNLogits, NaNWhenAsked, TooMuch
from .unearned import Memorises, PatchesEvaluate, Searches, praised

__all__ = [
    "PUBLIC",
    "SAMPLES",
    "Acts",
    "AnotherVideo",
    "Brightness",
    "CallCount",
    "Clock",
    "ClosesItsLine",
    "Constant",
    "Decoy",
    "DecoyBeside",
    "FirstInLine",
    "GrowsWhenLoaded",
    "Honest",
    "InExam",
    "Indifferent",
    "KillsItself",
    "Memorises",
    "NaNAttention",
    "NaNLogits",
    "NaNWhenAsked",
    "NearAndLiked",
    "Neighbours",
    "NeverReturns",
    "OutOfMemory",
    "OwnPredictions",
    "PatchesEvaluate",
    "Patient",
    "RandomFresh",
    "RandomPlain",
    "RandomRepeatable",
    "Searches",
    "Tilted",
    "TooMuch",
    "TwoFaced",
    "UpsideDown",
    "pickled",
    "praised",
]


@hookimpl
def tournament_register():
    return [
        Plugin("strategy", "patient", "impostors:Patient"),
        Plugin("strategy", "patches", "impostors:PatchesEvaluate"),
    ]
