"""Training of the reader (``rag.extractive.reader``): question sets and news articles in, weights out.

    python -m eval.training DATA WORK --minutes 150

``examples`` is the record that the rest hand each other; ``public_sets`` reads question sets,
``news_questions`` makes questions of news sentences, ``near_misses`` spoils questions and passages,
``pairs`` cuts windows and makes tensors of them, ``train`` is the loop, ``held_out`` what it is
measured by, ``export`` writes what the installation ships. It knows nothing of libraries and of
asking, and nothing but ``held_out`` ever sees what was kept from training.
"""
