package qiantang.ingest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.net.ClientPackets.connect;
import static qiantang.ingest.net.ClientPackets.hex;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.MqttVersion.V3_1_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import qiantang.store.codec.FrameCodec;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalTables.Start;
import qiantang.store.journal.JournalTables.StoredFrame;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;
import qiantang.store.registry.Role;

/**
 * Clients that do nothing wrong, one message after the other, each numbered: while others
 * misbehave, all that they were told is stored must be, and their connections stay.
 */
final class GoodClients {
  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final int BETWEEN_MILLIS = 20;

  private final CountDownLatch stopped = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final List<Good> clients = new ArrayList<>();
  private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();

  /** One of them. */
  private final class Good implements Runnable {
    private final DeviceId device;
    private final Socket socket;
    private int acknowledged; // read by others after the thread has ended

    Good(DeviceId device, Socket socket) {
      this.device = device;
      this.socket = socket;
    }

    @Override
    public void run() {
      try (socket) {
        while (!stopped.await(BETWEEN_MILLIS, TimeUnit.MILLISECONDS)) {
          int packetId = acknowledged % 65_535 + 1;
          String payload = "{\"n\":" + acknowledged + "}";
          socket.getOutputStream().write(publish(V3_1_1, TOPIC, packetId, payload));
          byte[] puback = socket.getInputStream().readNBytes(4);
          assertArrayEquals(hex("4002%04x".formatted(packetId)), puback, () -> device.text());
          acknowledged++;
        }
      } catch (IOException | InterruptedException | AssertionError e) {
        faults.add(e);
      }
    }
  }

  /** Logs so many in. */
  static GoodClients start(int count, int port, MemoryRegistry registry, EnterpriseId enterprise)
      throws IOException {
    GoodClients good = new GoodClients();
    for (int i = 0; i < count; i++) {
      String name = "good-" + i;
      String token = LocalNode.token(registry, enterprise, Role.DEVICE, name).text();
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.getOutputStream().write(connect(V3_1_1, name, token, 20));
      assertArrayEquals(hex("20020000"), socket.getInputStream().readNBytes(4));
      good.clients.add(good.new Good(new DeviceId(name), socket));
    }
    good.clients.forEach(client -> good.threads.add(Thread.ofVirtual().start(client)));
    return good;
  }

  /** Stops them and looks whether each is unharmed and all of its messages are there. */
  void check(MemoryJournal tables, EnterpriseId enterprise) throws InterruptedException {
    stop();
    assertEquals(List.of(), List.copyOf(faults));
    Map<DeviceId, BitSet> stored = stored(tables, enterprise);
    for (Good client : clients) {
      assertTrue(client.acknowledged > 0, client.device + " was never answered");
      BitSet numbers = stored.getOrDefault(client.device, new BitSet());
      assertTrue(
          numbers.nextClearBit(0) >= client.acknowledged,
          () -> client.device + ": message " + numbers.nextClearBit(0) + " is lost");
    }
  }

  /** Each finishes its message. */
  void stop() throws InterruptedException {
    stopped.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static Map<DeviceId, BitSet> stored(MemoryJournal tables, EnterpriseId enterprise) {
    Map<DeviceId, BitSet> stored = new HashMap<>();
    for (Start start : tables.readStarts().toCompletableFuture().join()) {
      long now = start.beginMinute();
      for (long minute = now - 1; minute <= now + 10; minute++) {
        for (int lane = 0; lane < Journal.LANES; lane++) {
          LaneMinute partition = new LaneMinute(start.id(), lane, minute);
          for (StoredFrame frame : tables.readFrames(partition, 0).toCompletableFuture().join()) {
            note(frame, enterprise, stored);
          }
        }
      }
    }
    return stored;
  }

  private static void note(
      StoredFrame frame, EnterpriseId enterprise, Map<DeviceId, BitSet> stored) {
    var decoded = (FrameCodec.Decoded.Sections) FrameCodec.decode(frame.bytes(), enterprise);
    for (FrameCodec.Section section : decoded.sections()) {
      for (FrameCodec.Numbered numbered : section.entries()) {
        if (numbered.entry() instanceof Entry.Readings readings) {
          for (Reading reading : readings.readings()) {
            if (reading.values().getFirst().value() instanceof Value.Int number) {
              stored
                  .computeIfAbsent(reading.device(), id -> new BitSet())
                  .set((int) number.value());
            }
          }
        }
      }
    }
  }
}
