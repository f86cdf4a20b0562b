"""The exam of a claim: the examiner process holds the truth, the examinee the strategy."""
