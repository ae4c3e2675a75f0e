"""Where a class stands: the learners' files of progress read together, for the teacher."""
