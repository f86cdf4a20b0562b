"""The exam of one claim, in two processes: the examiner holds the truth, the examinee the strategy."""
