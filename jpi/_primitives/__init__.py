"""The collective primitives on local arrays, and how they differentiate.

A value is *per rank* (a shard), *replicated* (every rank holds the same one value), or *on the
root* (the other ranks hold no rows). The kinds that a primitive takes and gives fix its transpose:

    ============== ======================= ======================= =======================
    primitive      takes                   gives                   transpose
    ============== ======================= ======================= =======================
    allreduce      per rank                replicated              spread (of a sum)
    spread         replicated              per rank, unchanged     allreduce SUM
    reduce         per rank                on the root             bcast, spread
    bcast          on the root             replicated, elsewhere   zero: the root has it
    allgather      per rank, ragged rows   replicated              take_block
    allgather_each per rank, ragged rows   per rank                reduce_scatter SUM
    take_block     replicated              per rank, ragged rows   allgather
    gather         per rank, ragged rows   on the root             scatter
    scatter        on the root             per rank, ragged rows   gather
    alltoall       per rank, equal rows    per rank                alltoall
    alltoallv      per rank, ragged rows   per rank                alltoallv, reversed
    alltoallw      per rank, boxes of it   per rank                that of the layouts
    reduce_scatter per rank, ragged rows   per rank                allgather_each
    scan, exscan   per rank                per rank                the same, ranks reversed
    barrier        nothing                 nothing
    attach         anything, and nothing   the first, unchanged    the same
    ============== ======================= ======================= =======================

`send`, `recv` and `sendrecv` are in `messages`; rows that move as the data says are in `routing`.
"""
