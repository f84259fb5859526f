// A VFS over the default one (https://sqlite.org/vfs.html).
#include "stores/faulty_disk.h"

#include <sqlite3.h>

#include <cstdlib>
#include <cstring>

#include "base/hash.h"

namespace ninefold::testing {
namespace {

struct Pending {
  bool truncate = false;
  std::int64_t offset = 0;
  std::string bytes;
};
struct OnDisk {
  std::string synced;
  std::vector<Pending> pending;
};
struct DiskState {
  sqlite3_vfs vfs = {};
  sqlite3_vfs* real = nullptr;
  int calls[4] = {};
  int fail_from[4] = {};
  int fail_code[4] = {};
  std::map<std::string, OnDisk> files;
  void (*on_change)(void*) = nullptr;
  void* argument = nullptr;
};
DiskState* disk = nullptr;

// SQLite allocates szOsFile bytes for each file: ours, then the real one's.
struct File {
  sqlite3_file base;
  char name[512];
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* Real(sqlite3_file* file) { return Of(file)->real(); }
const sqlite3_io_methods* Methods(sqlite3_file* file) { return Real(file)->pMethods; }

// SQLITE_OK, or the failure that is due.
int Count(FaultyDisk::Call call) {
  const int i = int(call);
  ++disk->calls[i];
  return disk->fail_from[i] != 0 && disk->calls[i] >= disk->fail_from[i] ? disk->fail_code[i] : SQLITE_OK;
}

void Changing() {
  if (disk->on_change != nullptr) disk->on_change(disk->argument);
}

void Apply(std::string& content, const Pending& p) {
  if (p.truncate) {
    content.resize(std::size_t(p.offset), '\0');
    return;
  }
  const std::size_t end = std::size_t(p.offset) + p.bytes.size();
  if (content.size() < end) content.resize(end, '\0');
  content.replace(std::size_t(p.offset), p.bytes.size(), p.bytes);
}

int Write(sqlite3_file* f, const void* data, int size, sqlite3_int64 at) {
  Changing();
  if (const int code = Count(FaultyDisk::Call::kWrite); code != SQLITE_OK) return code;
  const int code = Methods(f)->xWrite(Real(f), data, size, at);
  if (code == SQLITE_OK)
    disk->files[Of(f)->name].pending.push_back(
        {false, at, std::string(static_cast<const char*>(data), std::size_t(size))});
  return code;
}
int Truncate(sqlite3_file* f, sqlite3_int64 size) {
  if (const int code = Count(FaultyDisk::Call::kTruncate); code != SQLITE_OK) return code;
  const int code = Methods(f)->xTruncate(Real(f), size);
  if (code == SQLITE_OK) disk->files[Of(f)->name].pending.push_back({true, size, ""});
  return code;
}
int Sync(sqlite3_file* f, int flags) {
  Changing();
  if (const int code = Count(FaultyDisk::Call::kSync); code != SQLITE_OK) return code;
  // The real disk is not asked: the test is of what SQLite asks for, and runs faster without.
  (void)flags;
  OnDisk& file = disk->files[Of(f)->name];
  for (const Pending& p : file.pending) Apply(file.synced, p);
  file.pending.clear();
  return SQLITE_OK;
}
int Close(sqlite3_file* f) { return Methods(f)->xClose(Real(f)); }
int Read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return Methods(f)->xRead(Real(f), to, size, at);
}
int FileSize(sqlite3_file* f, sqlite3_int64* size) { return Methods(f)->xFileSize(Real(f), size); }
int Lock(sqlite3_file* f, int lock) { return Methods(f)->xLock(Real(f), lock); }
int Unlock(sqlite3_file* f, int lock) { return Methods(f)->xUnlock(Real(f), lock); }
int CheckLock(sqlite3_file* f, int* out) { return Methods(f)->xCheckReservedLock(Real(f), out); }
int Control(sqlite3_file* f, int op, void* argument) {
  return Methods(f)->xFileControl(Real(f), op, argument);
}
int SectorSize(sqlite3_file* f) { return Methods(f)->xSectorSize(Real(f)); }
// No promises: writes may be torn and reordered.
int Characteristics(sqlite3_file*) { return 0; }
int ShmMap(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return Methods(f)->xShmMap(Real(f), page, size, extend, out);
}
int ShmLock(sqlite3_file* f, int offset, int n, int flags) {
  return Methods(f)->xShmLock(Real(f), offset, n, flags);
}
void ShmBarrier(sqlite3_file* f) { Methods(f)->xShmBarrier(Real(f)); }
int ShmUnmap(sqlite3_file* f, int remove) { return Methods(f)->xShmUnmap(Real(f), remove); }

const sqlite3_io_methods kMethods = {
    2,        Close,     Read,    Write,      Truncate,        Sync,   FileSize, Lock,
    Unlock,   CheckLock, Control, SectorSize, Characteristics, ShmMap, ShmLock,  ShmBarrier,
    ShmUnmap, nullptr,   nullptr};

int OpenFile(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out) {
  f->pMethods = nullptr;
  if (const int code = Count(FaultyDisk::Call::kOpen); code != SQLITE_OK) return code;
  File* file = Of(f);
  std::memset(file->name, 0, sizeof file->name);
  if (name != nullptr) std::strncpy(file->name, name, sizeof file->name - 1);
  const int code = disk->real->xOpen(disk->real, name, file->real(), flags, out);
  if (code == SQLITE_OK) f->pMethods = &kMethods;
  return code;
}
int Delete(sqlite3_vfs*, const char* name, int sync) {
  disk->files.erase(name);
  return disk->real->xDelete(disk->real, name, sync);
}

}  // namespace

FaultyDisk::FaultyDisk() {
  disk = new DiskState;
  disk->real = sqlite3_vfs_find(nullptr);
  disk->vfs = *disk->real;
  disk->vfs.zName = "faulty";
  disk->vfs.szOsFile = int(sizeof(File)) + disk->real->szOsFile;
  disk->vfs.xOpen = OpenFile;
  disk->vfs.xDelete = Delete;
  sqlite3_vfs_register(&disk->vfs, 1);
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_unregister(&disk->vfs);
  sqlite3_vfs_register(disk->real, 1);
  delete disk;
  disk = nullptr;
}

void FaultyDisk::FailFrom(Call call, int n, int code) {
  disk->fail_from[int(call)] = disk->calls[int(call)] + n;
  disk->fail_code[int(call)] = code;
}
void FaultyDisk::FailNever() { std::memset(disk->fail_from, 0, sizeof disk->fail_from); }
int FaultyDisk::calls(Call call) const { return disk->calls[int(call)]; }
void FaultyDisk::OnChange(void (*fn)(void*), void* argument) {
  disk->on_change = fn;
  disk->argument = argument;
}

DiskImage FaultyDisk::Cut(std::uint64_t seed) const {
  DiskImage image;
  for (const auto& [name, file] : disk->files) {
    std::string content = file.synced;
    for (const Pending& p : file.pending) {
      seed = Mix(seed, std::uint64_t(p.offset));
      Pending torn = p;
      if (seed % 3 == 1) continue;
      if (seed % 3 == 2 && !p.truncate) torn.bytes.resize(p.bytes.size() / 2);
      Apply(content, torn);
    }
    image[name] = content;
  }
  return image;
}

}  // namespace ninefold::testing
