package qiantang.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.auth.Logins;
import qiantang.ingest.meter.IngestMeter;
import qiantang.ingest.net.ClientPackets;
import qiantang.ingest.net.MqttVersion;
import qiantang.store.codec.FrameCodec;
import qiantang.store.journal.Journal;
import qiantang.store.journal.JournalMeter;
import qiantang.store.journal.JournalTables.StoredFrame;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;
import qiantang.store.model.Counts;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.LaneMinute;
import qiantang.store.model.StartId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;

/**
 * A node with one event loop in one thread: time moves when told, and the store commits when told,
 * so that a test can look between a message and its commit.
 */
final class Rig {
  static final EnterpriseId ACME = new EnterpriseId("acme");
  static final EnterpriseId OTHER = new EnterpriseId("other");

  private record Due(long nanos, Runnable task) {}

  private final Instant began = Instant.parse("2026-01-01T00:00:00Z");
  private long nanos = 1_000_000_000L;
  private final InstantSource clock = () -> began.plusNanos(nanos - 1_000_000_000L);
  private final ArrayDeque<Runnable> storeTasks = new ArrayDeque<>();
  private final ArrayDeque<Runnable> loopTasks = new ArrayDeque<>();
  private final PriorityQueue<Due> timers =
      new PriorityQueue<>((a, b) -> Long.compare(a.nanos(), b.nanos()));
  private final StartId start = new StartId(new UUID(1, 2));
  private final MemoryJournal tables = new MemoryJournal(clock, storeTasks::add, true);
  final MemoryRegistry registry;
  final IngestMeter meter = new IngestMeter();
  final Budgets budgets;
  final Node node;
  final AccessWatch access;
  final SessionLoop loop;
  final Journal journal;

  Rig() {
    this(64L * 1024 * 1024, null);
  }

  Rig(long budgetBytes, @Nullable EnterpriseId anonymous) {
    this(budgetBytes, anonymous, null);
  }

  Rig(long budgetBytes, @Nullable EnterpriseId anonymous, @Nullable Registry instead) {
    this(budgetBytes, anonymous, new MemoryRegistry(), instead);
  }

  /** A rig over a registry that logins see through something else. */
  Rig(
      long budgetBytes,
      @Nullable EnterpriseId anonymous,
      MemoryRegistry rows,
      @Nullable Registry instead) {
    registry = rows;
    Registry logins = instead == null ? registry : instead;
    budgets = new Budgets(budgetBytes);
    Discovery discovery = new Discovery(registry, loopTasks::add, this::after, meter);
    node =
        new Node(
            clock,
            () -> nanos,
            new Logins(logins, clock, () -> nanos, anonymous, true),
            budgets,
            discovery,
            meter);
    access = new AccessWatch(logins, node, this::after, Runnable::run);
    loop = new SessionLoop(node, loopTasks::add, this::after);
    journal =
        new Journal(
            tables,
            start,
            "rig",
            clock,
            () -> nanos,
            this::after,
            new JournalMeter(() -> nanos, meter::frameStored),
            () -> {});
    for (EnterpriseId id : List.of(ACME, OTHER)) {
      var _ =
          registry.createEnterprise(
              new Enterprise(id, id.text(), "", List.of(), Retention.DAYS_30, began));
    }
    var _ = journal.open();
    node.write(journal);
    commit();
  }

  /** A token of a device or gateway. */
  AccessToken token(EnterpriseId enterprise, Role role, String device) {
    AccessToken token = new AccessToken(enterprise, "secret-of-" + device);
    var _ = registry.putCredential(credential(token, role, device, null));
    return token;
  }

  /** A token's credential, not stored yet. */
  Credential credential(AccessToken token, Role role, String device, @Nullable Instant expires) {
    return new Credential(
        token.owner(),
        "id-of-" + token.secret(),
        token.hash(),
        role,
        new DeviceId(device),
        device,
        began,
        expires);
  }

  /** Live traces are followed from now on. */
  void followTraces() {
    new TraceWatch(registry.traces(), node, this::after, Runnable::run).begin();
  }

  /** What the node's clock says. */
  Instant now() {
    return clock.instant();
  }

  /** A client that has just connected its socket. */
  Client open() {
    return new Client();
  }

  /** A client of enterprise acme that has logged in. */
  Client login(MqttVersion version, Role role, String device) {
    Client client = open();
    client.send(ClientPackets.connect(version, device, token(ACME, role, device).text(), 20));
    client.received();
    return client;
  }

  /** A client of enterprise acme, of MQTT 5 with these properties, that has logged in. */
  Client login5(Role role, String device, String properties) {
    Client client = open();
    client.send(ClientPackets.connect5(device, token(ACME, role, device).text(), properties));
    client.received();
    return client;
  }

  /** The loop runs what it has; the store does nothing. */
  void runLoop() {
    for (Runnable task = loopTasks.poll(); task != null; task = loopTasks.poll()) {
      task.run();
    }
  }

  /** The store commits all it was given, and what follows from that. */
  void commit() {
    runLoop();
    for (Runnable task = storeTasks.poll(); task != null; task = storeTasks.poll()) {
      task.run();
      runLoop();
    }
  }

  /** The store is back after an outage: what waits is committed when the heartbeat is young. */
  void recover() {
    commit();
    pass(Duration.ofSeconds(6));
    commit();
  }

  /** Time passes; timers and the loop's tick run, the store does nothing. */
  void pass(Duration duration) {
    long end = nanos + duration.toNanos();
    while (nanos < end) {
      nanos = Math.min(end, nanos + SessionLoop.TICK.toNanos());
      while (!timers.isEmpty() && timers.element().nanos() <= nanos) {
        timers.remove().task().run();
      }
      loop.tick();
      runLoop();
    }
  }

  /** Time passes while the loop stands still: nothing runs, nothing is read. */
  void standStill(Duration duration) {
    nanos += duration.toNanos();
  }

  /** All entries of an enterprise that are stored, in order. */
  List<Entry> stored(EnterpriseId enterprise) {
    List<Entry> entries = new ArrayList<>();
    for (FrameCodec.Section section : sections(enterprise)) {
      section.entries().forEach(numbered -> entries.add(numbered.entry()));
    }
    return entries;
  }

  /** The enterprise's counts as of its last stored frame. */
  Counts counts(EnterpriseId enterprise) {
    Counts counts = Counts.NONE;
    for (FrameCodec.Section section : sections(enterprise)) {
      counts = counts.max(section.counts());
    }
    return counts;
  }

  <E extends Entry> List<E> stored(EnterpriseId enterprise, Class<E> kind) {
    return stored(enterprise).stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private List<FrameCodec.Section> sections(EnterpriseId enterprise) {
    List<FrameCodec.Section> sections = new ArrayList<>();
    long first = began.getEpochSecond() / 60;
    for (long minute = first; minute < first + 10; minute++) {
      for (int lane = 0; lane < Journal.LANES; lane++) {
        var frames = tables.readFrames(new LaneMinute(start, lane, minute), 0);
        commit(); // the read is a task of the store too
        for (StoredFrame frame : frames.toCompletableFuture().join()) {
          switch (FrameCodec.decode(frame.bytes(), enterprise)) {
            case FrameCodec.Decoded.Sections found -> sections.addAll(found.sections());
            case FrameCodec.Decoded.Damaged damaged -> throw new AssertionError(damaged.reason());
          }
        }
      }
    }
    return sections;
  }

  private void after(Duration delay, Runnable task) {
    timers.add(new Due(nanos + delay.toNanos(), task));
  }

  /** One client; what the server writes to it is copied at once, so that no buffer is left. */
  final class Client {
    private final StringBuilder received = new StringBuilder();
    private int writes;
    private final MqttSession session = new MqttSession(loop);
    private final EmbeddedChannel channel = new EmbeddedChannel(new Socket(), session);

    private final class Socket extends ChannelOutboundHandlerAdapter {
      @Override
      public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf buffer = (ByteBuf) message;
        received.append(ByteBufUtil.hexDump(buffer));
        buffer.release();
        writes++;
      }
    }

    void send(byte[] bytes) {
      arrive(bytes);
      runLoop();
    }

    /** Bytes come, and the loop does not get to what follows from them yet. */
    void arrive(byte[] bytes) {
      channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    /** What the server wrote since the last look, in hexadecimal. */
    String received() {
      String text = received.toString();
      received.setLength(0);
      writes = 0;
      return text;
    }

    /** How many buffers were written since the last look: one system call each. */
    int writes() {
      return writes;
    }

    /** What the server sends this client on its own; the session is open. */
    Outgoing outgoing() {
      return Objects.requireNonNull(session.active()).outgoing();
    }

    /** Whether the client's socket takes bytes. */
    void takes(boolean isWritable) {
      channel.unsafe().outboundBuffer().setUserDefinedWritability(1, isWritable);
      channel.runPendingTasks();
      runLoop();
    }

    boolean isOpen() {
      return channel.isOpen();
    }

    boolean isRead() {
      return channel.config().isAutoRead();
    }

    void hangUp() {
      var _ = channel.close();
      runLoop();
    }
  }
}
