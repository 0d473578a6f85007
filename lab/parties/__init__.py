"""The people and machines at the ends of a simulated call: softphone, player, ears, conversation."""
