"""The course in the learner's language, from its English and the catalogues."""
