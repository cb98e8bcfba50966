"""What can be known of a picture or a clip. Used by the engines; knows none of them."""
