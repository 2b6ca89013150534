"""What a network is made of: each operation in a file of its own, with its faces forward, backward and push.

forward   computes DST from SRC in the workspace; flags: FORWARD_ONLY ... as the machine runs
backward  from the gradient of DST those of SRC and of its parameters; its last argument is delta's exponent.
          Returns log2 of the norm of the parameters' gradients, -inf where it has none
push      computes the tangent of DST from that of SRC; returns log2 of its norm
nudge     where there is a weight: the tangent of DST when only one parameter moves, by 1; its last argument is
          that parameter's place, counted from the layer's first. Returns log2 of its norm
"""
