package qiantang.standalone.cassandra;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder everything of a demo lies in, held by one program at a time. Whoever has a {@code
 * DataDirectory} holds its lock and knows that this version wrote it.
 */
public final class DataDirectory implements AutoCloseable {
  /** Raised when a directory of the version before can no longer be opened. */
  static final String VERSION = "1";

  /** Commit log and compaction need room; an almost full disk fails later and worse. */
  static final long FREE_BYTES_MIN = 1L << 30;

  private static final String VERSION_FILE = "version";
  private static final String LOCK_FILE = "lock";

  /** What may lie in a directory that has no version yet: our lock, and the file systems' own. */
  private static final Set<String> HARMLESS =
      Set.of(LOCK_FILE, "lost+found", ".DS_Store", ".gitkeep");

  private final Path path;

  /** What this start has made, in that order; nothing that was there before. */
  private final List<Path> made = new ArrayList<>();

  private @Nullable FileChannel lockFile;

  private DataDirectory(Path path) {
    this.path = path;
  }

  public static DataDirectory open(Path given) throws CannotStartException {
    DataDirectory directory = new DataDirectory(given.toAbsolutePath().normalize());
    boolean opened = false;
    try {
      directory.take();
      opened = true;
      return directory;
    } catch (IOException e) {
      throw new CannotStartException(
          "cannot use %s as data directory (choose another with --data)".formatted(directory.path),
          e);
    } finally {
      if (!opened) {
        directory.close();
      }
    }
  }

  public Path path() {
    return path;
  }

  public Path logs() {
    return path.resolve("logs");
  }

  /** What its disk has left for us. */
  long freeBytes() throws IOException {
    return Files.getFileStore(path).getUsableSpace();
  }

  /**
   * Lets the next program in. A folder in which nothing was kept is left as it was found; else the
   * lock file stays: removing it would let two programs in.
   */
  @Override
  public void close() {
    @Nullable FileChannel held = lockFile;
    lockFile = null;
    try {
      if (held == null || isUnused()) {
        removeWhatWasMade(held != null);
      }
    } catch (IOException ignored) {
      // Others have put something there, and it stays.
    }
    made.clear();
    closeQuietly(held);
  }

  private void take() throws IOException, CannotStartException {
    makeFolder(path);
    lockFile = lock();
    requireVersion();
    requireRoom();
    makeFolder(logs());
  }

  private void makeFolder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    @Nullable Path parent = folder.getParent();
    if (parent != null) {
      makeFolder(parent);
    }
    try {
      Files.createDirectory(folder);
      made.add(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) { // Else another program was faster.
        throw e;
      }
    }
  }

  /** Whether nothing was kept here since this start found or made the folder. */
  private boolean isUnused() throws IOException {
    if (!made.contains(versionFile())) {
      return Files.notExists(versionFile()); // Refused: all we made in it is the lock.
    }
    try (Stream<Path> children = Files.list(path)) {
      if (!children.allMatch(this::isMadeOrHarmless)) {
        return false;
      }
    }
    if (!made.contains(logs())) {
      return true;
    }
    try (Stream<Path> logFiles = Files.list(logs())) {
      return logFiles.findAny().isEmpty();
    }
  }

  private boolean isMadeOrHarmless(Path child) {
    return made.contains(child) || HARMLESS.contains(String.valueOf(child.getFileName()));
  }

  /** A folder that another program has put something into stays. */
  private void removeWhatWasMade(boolean lockIsOurs) throws IOException {
    for (Path one : made.reversed()) {
      // Who made the lock file and did not get the lock has met a faster one, whose it is now.
      if (!one.equals(lockPath()) || lockIsOurs) {
        Files.deleteIfExists(one);
      }
    }
  }

  /** The kernel drops this lock with the process, so a kill -9 leaves no stale one. */
  private FileChannel lock() throws IOException, CannotStartException {
    FileChannel channel = openLockFile();
    if (tryLock(channel) == null) {
      channel.close();
      throw new CannotStartException(
          "cannot use %s: another qiantang is running on it; end it or choose another with --data"
              .formatted(path));
    }
    if (Files.notExists(lockPath())) { // Who held it has removed it: this one locks nobody out.
      channel.close();
      throw new CannotStartException(
          "cannot use %s: another qiantang has just ended on it; start again".formatted(path));
    }
    return channel;
  }

  private FileChannel openLockFile() throws IOException {
    try {
      FileChannel fresh =
          FileChannel.open(
              lockPath(),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      made.add(lockPath());
      return fresh;
    } catch (FileAlreadyExistsException ignored) {
      return FileChannel.open(lockPath(), StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException ignored) {
      return null; // Held by this very JVM.
    }
  }

  private Path lockPath() {
    return path.resolve(LOCK_FILE);
  }

  private Path versionFile() {
    return path.resolve(VERSION_FILE);
  }

  private void requireVersion() throws IOException, CannotStartException {
    if (!Files.exists(versionFile())) {
      requireEmpty(path);
      made.add(versionFile());
      Files.writeString(versionFile(), VERSION + "\n");
      return;
    }
    String found = Files.readString(versionFile(), StandardCharsets.UTF_8).strip();
    if (!found.equals(VERSION)) {
      throw new CannotStartException(
          ("cannot use %s: it holds data of version '%s' and this program reads version '%s'; run"
                  + " the program that wrote it or choose an empty directory with --data")
              .formatted(path, found, VERSION));
    }
  }

  private static void requireEmpty(Path path) throws IOException, CannotStartException {
    try (Stream<Path> children = Files.list(path)) {
      String strangers =
          children
              .map(child -> String.valueOf(child.getFileName()))
              .filter(name -> !HARMLESS.contains(name))
              .limit(3)
              .collect(Collectors.joining(", "));
      if (!strangers.isEmpty()) {
        throw new CannotStartException(
            ("cannot use %s: it is not empty (%s) and has no version file, so it is not a data"
                    + " directory of qiantang; choose another with --data")
                .formatted(path, strangers));
      }
    }
  }

  private void requireRoom() throws IOException, CannotStartException {
    long freeBytes = freeBytes();
    if (freeBytes < FREE_BYTES_MIN) {
      throw new CannotStartException(
          ("cannot use %s: its disk has %d MiB free and %d MiB are needed; free some or choose"
                  + " another with --data")
              .formatted(path, freeBytes >> 20, FREE_BYTES_MIN >> 20));
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException ignored) {
      // The lock goes with the process at the latest.
    }
  }
}
