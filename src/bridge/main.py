# SPDX-License-Identifier: MIT
# The board's main.py while it is a bridge. The one from before is best kept as main.py.before-microcat.
import microcat

microcat.run()
