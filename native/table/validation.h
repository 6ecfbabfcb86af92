#pragma once

// Checks whether a message fits its row of the table, as far as one rank can know.

#include <vector>

#include "table/row.h"

namespace jpi {

inline Counts CountPerRank(const char* name, Counts counts, const Message& m) {
  Require(counts.size() == static_cast<size_t>(m.comm->size), "`", name,
          "` must have one count for each of the ", m.comm->size, " ranks; got ", counts.size(),
          ". Pass the counts of all ranks.");
  for (int64_t n : counts) {
    Require(n >= 0, "`", name, "` must have no negative count; got ", n,
            ". Pass counts of elements.");
  }
  return counts;
}

inline int64_t Expected(Extent extent, int64_t actual, const Message& m) {
  switch (extent) {
    case Extent::kAny:
      return actual;
    case Extent::kSameAsX:
      return m.x_count;
    case Extent::kNone:
      return 0;
    case Extent::kSameAsXAtRoot:
      return m.is_root() ? m.x_count : 0;
    case Extent::kAnyAtRoot:
      return m.is_root() ? actual : 0;
    case Extent::kAnyElsewhere:
      return m.is_root() ? 0 : actual;
    case Extent::kSendOfRank:
      return CountPerRank("send", m.send, m)[m.comm->rank];
    case Extent::kRecvOfRank:
      return CountPerRank("recv", m.recv, m)[m.comm->rank];
    case Extent::kSendTotal:
      return Total(CountPerRank("send", m.send, m));
    case Extent::kRecvTotal:
      return Total(CountPerRank("recv", m.recv, m));
    case Extent::kSendTotalAtRoot:
      return m.is_root() ? Total(CountPerRank("send", m.send, m)) : 0;
    case Extent::kRecvTotalAtRoot:
      return m.is_root() ? Total(CountPerRank("recv", m.recv, m)) : 0;
  }
  return actual;
}

inline void RequireExtent(const char* name, Extent extent, int64_t actual, const Message& m) {
  const int64_t expected = Expected(extent, actual, m);
  Require(actual == expected, "`", name, "` must have ", expected, " elements; got ", actual,
          ". Make the counts agree with the shapes of operand and result.");
}

// Checks whether `numbers`, `each` of them for a rank, name ranks in ascending order.
inline void RequireRanks(const char* name, Counts numbers, size_t each, int size) {
  Require(numbers.size() % each == 0, "`", name, "` must have ", each,
          " numbers for each rank that it names; got ", numbers.size(),
          ". Pass a rank, then its numbers.");
  int64_t previous = -1;
  for (size_t i = 0; i < numbers.size(); i += each) {
    Require(numbers[i] > previous && numbers[i] < size, "`", name, "` must name ranks from 0 to ",
            size - 1, " in ascending order; got ", numbers[i], " after ", previous,
            ". Pass each rank once.");
    previous = numbers[i];
  }
}

// Checks whether the boxes in `parts`, each after its rank, lie in an array of `shape`.
inline void RequireParts(const char* name, Counts shape, Counts parts, const Message& m) {
  const size_t each = 1 + 2 * shape.size();
  RequireRanks(name, parts, each, m.comm->size);
  for (size_t i = 0; i < parts.size(); ++i) {
    const size_t place = i % each;
    if (place % 2 == 0) continue;
    const int64_t start = parts[i], count = parts[i + 1], size = shape[place / 2];
    Require(start >= 0 && count >= 0 && start + count <= size, "`", name,
            "` must lie in the array; got ", start, " and ", count, " along a dimension of ", size,
            ". Pass starts and sizes in elements.");
  }
}

// The counts of all ranks, from those of the ranks that a call names.
class NamedCounts {
 public:
  // `pairs` holds ranks, each followed by its count.
  Counts Spread(const char* name, Counts pairs, int size) {
    RequireRanks(name, pairs, 2, size);
    counts_.assign(size, 0);
    for (size_t i = 0; i < pairs.size(); i += 2) counts_[pairs[i]] = pairs[i + 1];
    return Counts(counts_.data(), counts_.size());
  }

 private:
  std::vector<int64_t> counts_;
};

// Checks whether each row has an owner, a place and, if the call delivers it, its elements.
inline void RequireRoutedRows(const Collective& row, const Message& m) {
  Require(m.x_shape.size() > 0, "`x` must have rows; got a scalar. Pass an array.");
  int64_t length = 1;
  for (size_t dim = 1; dim < m.x_shape.size(); ++dim) length *= m.x_shape[dim];
  if (row.route == Route::kExchangeSorted) {
    Require(kDtypes[m.x_dtype].family == Family::kInteger && length == 1,
            "`x` must be a vector of integers; got ", kDtypes[m.x_dtype].name, ". Sort its keys.");
    Require(kDtypes[m.y_dtype].size == m.item_size(), "`y` must have elements of ", m.item_size(),
            " bytes; got ", kDtypes[m.y_dtype].name, ". Pass the type of the sorted numbers.");
  }
  if (row.counts_rows()) {
    Require(m.routed.counts_count == m.comm->size, "`counts` must have a number for each of ",
            m.comm->size, " ranks; got ", m.routed.counts_count,
            ". Pass how many rows go to each.");
    return;
  }
  const int64_t named = m.routed.count * length;
  const bool is_delivery = row.route == Route::kDeliver;
  const int64_t expected = is_delivery ? m.x_count : named;
  Require(m.y_count == expected, "`y` must have ", expected, " elements; got ", m.y_count,
          ". Make the owners agree with the shapes of operand and result.");
  Require(m.routed.rows_count == (is_delivery ? named : 0), "`rows` must have ", named,
          " elements; got ", m.routed.rows_count, ". Pass a row for each owner.");
}

inline void Validate(const Collective& row, const Message& m) {
  Require(m.root >= 0 && m.root < m.comm->size, "`root` must be a rank from 0 to ",
          m.comm->size - 1, "; got ", m.root, ". Pass a rank of this communicator.");
  Require(!row.reduces || CanReduce(m.op, kDtypes[m.x_dtype].family),
          "`op` must be able to reduce the dtype; got ", OpName(m.op), " on ",
          kDtypes[m.x_dtype].name, ". Convert `x` with astype, or use another op.");
  const bool may_convert = row.is_message() || row.route == Route::kExchangeSorted;
  Require(may_convert || m.x_dtype == m.y_dtype, "`y` must have the dtype of `x`, ",
          kDtypes[m.x_dtype].name, "; got ", kDtypes[m.y_dtype].name, ". Convert `x` with astype.");
  if (row.large == Large::kParts) {
    RequireParts("send", m.x_shape, m.send, m);
    RequireParts("recv", m.y_shape, m.recv, m);
  }
  if (row.route == Route::kCompare) {
    RequireExtent("y", Extent::kSameAsX, m.y_count, m);
  } else if (row.route != Route::kNone) {
    RequireRoutedRows(row, m);
  }
  RequireExtent("x", row.x, m.x_count, m);
  RequireExtent("y", row.y, m.y_count, m);
}

}  // namespace jpi
