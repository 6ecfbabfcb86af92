#pragma once

#include <cstring>
#include <string>

#include "table/row.h"

namespace jpi {

// A row that runs as several calls of other rows.
constexpr Collective Routed(const char* name, bool reduces, Route route) {
  return {name, reduces, Extent::kAny, Extent::kAny, Known::kByEach, Large::kRoutes, {}, route};
}

inline constexpr Collective kCollectives[] = {
    {"allreduce", true, Extent::kAny, Extent::kSameAsX, Known::kByAll, Large::kPieces,
     [](const auto& mpi, const auto& c) {
       return mpi.Allreduce(c.x_or_in_place(), c.y, c.x_count, c.x_type, c.op, c.comm);
     }},
    {"reduce", true, Extent::kAny, Extent::kSameAsXAtRoot, Known::kByAll, Large::kPieces,
     [](const auto& mpi, const auto& c) {
       return mpi.Reduce(c.x_or_in_place(), c.y, c.x_count, c.x_type, c.op, c.root, c.comm);
     }},
    {"reduce_scatter", true, Extent::kRecvTotal, Extent::kRecvOfRank, Known::kByAll, Large::kRoots,
     [](const auto& mpi, const auto& c) {
       return c.recv.is_equal
                  ? mpi.Reduce_scatter_block(c.x, c.y, c.y_count, c.x_type, c.op, c.comm)
                  : mpi.Reduce_scatter(c.x, c.y, c.recv.counts.data(), c.x_type, c.op, c.comm);
     }},
    {"scan", true, Extent::kAny, Extent::kSameAsX, Known::kByAll, Large::kPieces,
     [](const auto& mpi, const auto& c) {
       return mpi.Scan(c.x_or_in_place(), c.y, c.x_count, c.x_type, c.op, c.comm);
     }},
    {"exscan", true, Extent::kAny, Extent::kSameAsX, Known::kByAll, Large::kPieces,
     [](const auto& mpi, const auto& c) {
       const int code = mpi.Exscan(c.x_or_in_place(), c.y, c.x_count, c.x_type, c.op, c.comm);
       // MPI leaves the result of rank 0 undefined.
       if (c.rank == 0) std::memset(c.y, 0, static_cast<size_t>(c.y_bytes));
       return code;
     }},
    {"bcast", false, Extent::kAnyAtRoot, Extent::kAnyElsewhere, Known::kByAll, Large::kDatatype,
     [](const auto& mpi, const auto& c) {
       return c.is_root() ? mpi.Bcast(const_cast<void*>(c.x), c.x_count, c.x_type, c.root, c.comm)
                          : mpi.Bcast(c.y, c.y_count, c.y_type, c.root, c.comm);
     }},
    {"allgather", false, Extent::kRecvOfRank, Extent::kRecvTotal, Known::kByAll, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return c.recv.is_equal
                  ? mpi.Allgather(c.x, c.x_count, c.x_type, c.y, c.x_count, c.y_type, c.comm)
                  : mpi.Allgatherv(c.x, c.x_count, c.x_type, c.y, c.recv.counts.data(),
                                   c.recv.offsets.data(), c.y_type, c.comm);
     }},
    {"gather", false, Extent::kRecvOfRank, Extent::kRecvTotalAtRoot, Known::kByAll, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return c.recv.is_equal
                  ? mpi.Gather(c.x, c.x_count, c.x_type, c.y, c.x_count, c.y_type, c.root, c.comm)
                  : mpi.Gatherv(c.x, c.x_count, c.x_type, c.y, c.recv.counts.data(),
                                c.recv.offsets.data(), c.y_type, c.root, c.comm);
     }},
    {"scatter", false, Extent::kSendTotalAtRoot, Extent::kSendOfRank, Known::kByAll, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return c.send.is_equal
                  ? mpi.Scatter(c.x, c.y_count, c.x_type, c.y, c.y_count, c.y_type, c.root, c.comm)
                  : mpi.Scatterv(c.x, c.send.counts.data(), c.send.offsets.data(), c.x_type, c.y,
                                 c.y_count, c.y_type, c.root, c.comm);
     }},
    {"alltoall", false, Extent::kSendTotal, Extent::kRecvTotal, Known::kByAll, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return mpi.Alltoall(c.x, c.send.counts[0], c.x_type, c.y, c.recv.counts[0], c.y_type,
                           c.comm);
     }},
    {"alltoallv", false, Extent::kSendTotal, Extent::kRecvTotal, Known::kByEach, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return mpi.Alltoallv(c.x, c.send.counts.data(), c.send.offsets.data(), c.x_type, c.y,
                            c.recv.counts.data(), c.recv.offsets.data(), c.y_type, c.comm);
     }},
    {"alltoallw", false, Extent::kAny, Extent::kAny, Known::kByEach, Large::kParts, {}},
    Routed("fetch", false, Route::kFetch),
    Routed("deliver", false, Route::kDeliver),
    Routed("accumulate", true, Route::kDeliver),
    Routed("exchange", false, Route::kExchange),
    Routed("exchange_sorted", false, Route::kExchangeSorted),
    Routed("compare", false, Route::kCompare),
    {"barrier", false, Extent::kNone, Extent::kNone, Known::kByAll, Large::kDatatype,
     [](const auto& mpi, const auto& c) { return mpi.Barrier(c.comm); }},
    {"send", false, Extent::kAny, Extent::kNone, Known::kByEach, Large::kDatatype,
     [](const auto& mpi, const auto& c) {
       return mpi.Send(c.x, c.x_count, c.x_type, c.peers.dest, c.peers.sendtag, c.comm);
     }},
    {"recv", false, Extent::kNone, Extent::kAny, Known::kByEach, Large::kDatatype,
     [](const auto& mpi, const auto& c) {
       return mpi.Recv(c.y, c.y_count, c.y_type, c.peers.source, c.peers.recvtag, c.comm, c.status);
     }},
    {"sendrecv", false, Extent::kAny, Extent::kAny, Known::kByEach, Large::kDatatype,
     [](const auto& mpi, const auto& c) {
       return mpi.Sendrecv(c.x, c.x_count, c.x_type, c.peers.dest, c.peers.sendtag, c.y, c.y_count,
                           c.y_type, c.peers.source, c.peers.recvtag, c.comm, c.status);
     }},
};
inline constexpr int kCollectiveCount = sizeof(kCollectives) / sizeof(Collective);

inline const Collective& Find(const std::string& name) {
  for (const Collective& row : kCollectives) {
    if (row.name == name) return row;
  }
  throw Failure{ffi::ErrorCode::kInternal, name + " is not in the table"};
}

}  // namespace jpi
