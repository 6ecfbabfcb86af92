#pragma once

// The MPI functions that JPI calls. No file includes mpi.h, so one build works with every MPI ABI.
// ABIs differ only in the type of handles: an int in MPICH, a pointer in Open MPI and in MPI-5.

#include <cstddef>
#include <cstdint>
#include <string>

#include "mpi/library.h"

namespace jpi {

static_assert(sizeof(std::ptrdiff_t) == sizeof(int64_t), "MPI_Aint and MPI_Count must be 64 bits");

// Functions that take counts: `Count` is int, or int64_t for the MPI_*_c variants. Displacements
// have the same type as counts.
template <typename Handle, typename Count>
class CountApi {
  Symbol Find(const Library& library, const std::string& name) {
    return library.Find("MPI_" + name + (sizeof(Count) == 8 ? "_c" : ""));
  }

 public:
  using Combine = void(void* in, void* inout, Count* length, void* type);

  explicit CountApi(const Library& library)
      : Allreduce(Find(library, "Allreduce")),
        Reduce(Find(library, "Reduce")),
        Reduce_scatter(Find(library, "Reduce_scatter")),
        Reduce_scatter_block(Find(library, "Reduce_scatter_block")),
        Scan(Find(library, "Scan")),
        Exscan(Find(library, "Exscan")),
        Bcast(Find(library, "Bcast")),
        Allgather(Find(library, "Allgather")),
        Allgatherv(Find(library, "Allgatherv")),
        Gather(Find(library, "Gather")),
        Gatherv(Find(library, "Gatherv")),
        Scatter(Find(library, "Scatter")),
        Scatterv(Find(library, "Scatterv")),
        Alltoall(Find(library, "Alltoall")),
        Alltoallv(Find(library, "Alltoallv")),
        Send(Find(library, "Send")),
        Recv(Find(library, "Recv")),
        Sendrecv(Find(library, "Sendrecv")),
        Get_count(Find(library, "Get_count")),
        Op_create(Find(library, "Op_create")),
        Barrier(library.Find("MPI_Barrier")) {}

  int (*Allreduce)(const void*, void*, Count, Handle, Handle, Handle);
  int (*Reduce)(const void*, void*, Count, Handle, Handle, int, Handle);
  int (*Reduce_scatter)(const void*, void*, const Count*, Handle, Handle, Handle);
  int (*Reduce_scatter_block)(const void*, void*, Count, Handle, Handle, Handle);
  int (*Scan)(const void*, void*, Count, Handle, Handle, Handle);
  int (*Exscan)(const void*, void*, Count, Handle, Handle, Handle);
  int (*Bcast)(void*, Count, Handle, int, Handle);
  int (*Allgather)(const void*, Count, Handle, void*, Count, Handle, Handle);
  int (*Allgatherv)(const void*, Count, Handle, void*, const Count*, const Count*, Handle, Handle);
  int (*Gather)(const void*, Count, Handle, void*, Count, Handle, int, Handle);
  int (*Gatherv)(const void*, Count, Handle, void*, const Count*, const Count*, Handle, int,
                 Handle);
  int (*Scatter)(const void*, Count, Handle, void*, Count, Handle, int, Handle);
  int (*Scatterv)(const void*, const Count*, const Count*, Handle, void*, Count, Handle, int,
                  Handle);
  int (*Alltoall)(const void*, Count, Handle, void*, Count, Handle, Handle);
  int (*Alltoallv)(const void*, const Count*, const Count*, Handle, void*, const Count*,
                   const Count*, Handle, Handle);
  int (*Send)(const void*, Count, Handle, int, int, Handle);
  int (*Recv)(void*, Count, Handle, int, int, Handle, void*);
  int (*Sendrecv)(const void*, Count, Handle, int, int, void*, Count, Handle, int, int, Handle,
                  void*);
  int (*Get_count)(const void*, Handle, Count*);
  int (*Op_create)(Combine*, int commutes, Handle*);
  int (*Barrier)(Handle);
};

// Functions that have no MPI_*_c variant, or whose variant JPI does not need.
template <typename Handle>
class PlainApi {
 public:
  explicit PlainApi(const Library& library)
      : Comm_size(library.Find("MPI_Comm_size")),
        Comm_rank(library.Find("MPI_Comm_rank")),
        Error_class(library.Find("MPI_Error_class")),
        Error_string(library.Find("MPI_Error_string")),
        Alltoallw(library.Find("MPI_Alltoallw")),
        Type_contiguous(library.Find("MPI_Type_contiguous")),
        Type_create_hvector(library.Find("MPI_Type_create_hvector")),
        Type_create_struct(library.Find("MPI_Type_create_struct")),
        Type_commit(library.Find("MPI_Type_commit")),
        Type_free(library.Find("MPI_Type_free")) {}

  int (*Comm_size)(Handle, int*);
  int (*Comm_rank)(Handle, int*);
  int (*Error_class)(int, int*);
  int (*Error_string)(int, char*, int*);
  int (*Alltoallw)(const void*, const int*, const int*, const Handle*, void*, const int*,
                   const int*, const Handle*, Handle);
  int (*Type_contiguous)(int, Handle, Handle*);
  int (*Type_create_hvector)(int, int, std::ptrdiff_t, Handle, Handle*);
  int (*Type_create_struct)(int, const int*, const std::ptrdiff_t*, const Handle*, Handle*);
  int (*Type_commit)(Handle*);
  int (*Type_free)(Handle*);
};

}  // namespace jpi
