package qiantang.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What this machine's TCP has counted since it was started, of Linux alone; other programs' traffic
 * is in it too.
 *
 * @param synRetries SYN and SYN-ACK packets sent again
 * @param timeouts retransmission timers that went off, those of SYN included
 * @param listenOverflows connections that found an accept queue full
 */
record NetCounters(long synRetries, long timeouts, long listenOverflows) {
  private static final Path NETSTAT = Path.of("/proc/net/netstat");

  /** As they are now; all 0 where the system does not tell. */
  static NetCounters now() throws IOException {
    return Files.exists(NETSTAT) ? parse(Files.readAllLines(NETSTAT)) : new NetCounters(0, 0, 0);
  }

  /** Of lines in pairs, {@code Group: names} above {@code Group: values}. */
  static NetCounters parse(List<String> lines) {
    Map<String, Long> counts = new HashMap<>();
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      String[] names = lines.get(i).split(" ", -1);
      String[] values = lines.get(i + 1).split(" ", -1);
      if (names[0].equals("TcpExt:")) {
        for (int at = 1; at < Math.min(names.length, values.length); at++) {
          counts.put(names[at], Long.parseLong(values[at]));
        }
      }
    }
    return new NetCounters(
        counts.getOrDefault("TCPSynRetrans", 0L),
        counts.getOrDefault("TCPTimeouts", 0L),
        counts.getOrDefault("ListenOverflows", 0L));
  }

  NetCounters since(NetCounters before) {
    return new NetCounters(
        synRetries - before.synRetries,
        timeouts - before.timeouts,
        listenOverflows - before.listenOverflows);
  }
}
