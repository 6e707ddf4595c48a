"""Language-model pretraining of a classifier's embedding and recurrent layers (Dai & Le 2015; Howard & Ruder 2018)."""
