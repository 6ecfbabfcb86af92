#pragma once

#include <dlfcn.h>

#include <stdexcept>
#include <string>

namespace jpi {

// The address of a function. It converts to any type of function pointer.
struct Symbol {
  void* address;
  template <typename Function>
  operator Function*() const {
    return reinterpret_cast<Function*>(address);
  }
};

// The MPI library that mpi4py loaded. We search for functions in mpi4py's extension: the search
// includes its dependencies, so it finds the functions of the library that was initialised.
class Library {
 public:
  explicit Library(const std::string& path)
      : handle_(dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD)) {
    if (handle_ == nullptr) {
      throw std::runtime_error("`path` must be the loaded extension of mpi4py; got " + path +
                               ". Import mpi4py.MPI first.");
    }
  }

  bool Has(const std::string& name) const { return dlsym(handle_, name.c_str()) != nullptr; }

  Symbol Find(const std::string& name) const {
    void* address = dlsym(handle_, name.c_str());
    if (address == nullptr) {
      throw std::runtime_error("`" + name + "` must be in the MPI library of mpi4py; got none. " +
                               "Rebuild mpi4py with the MPI library you run with.");
    }
    return {address};
  }

 private:
  void* handle_;
};

}  // namespace jpi
