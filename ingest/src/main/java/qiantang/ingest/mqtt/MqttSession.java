package qiantang.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.ingest.auth.PeerCertificate;
import qiantang.ingest.auth.PeerRefused;
import qiantang.ingest.net.Goodbye;
import qiantang.ingest.net.Listeners;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Packet;
import qiantang.ingest.net.PacketDecoder;
import qiantang.ingest.net.PacketEncoder;
import qiantang.ingest.net.ReasonCode;
import qiantang.ingest.net.admission.Gate;
import qiantang.ingest.net.admission.Source;
import qiantang.store.model.SessionEnd;

/**
 * One MQTT connection: when it is read, what is written, which phase it is in. Plain fields, no
 * locks: everything runs on the channel's event loop.
 */
public final class MqttSession extends PacketDecoder implements TimerWheel.Due {
  /** How long a client has for its CONNECT. */
  static final long CONNECT_TIMEOUT_NANOS = Duration.ofSeconds(10).toNanos();

  /**
   * How long a closing connection is still read, in vain, after the goodbye: closing with unread
   * bytes makes the kernel send a reset, which can overtake the DISCONNECT.
   */
  static final long LINGER_NANOS = Duration.ofSeconds(2).toNanos();

  /** A client that does not take its PUBACKs for this long is gone. */
  static final long UNTAKEN_NANOS = Duration.ofSeconds(60).toNanos();

  /** Why a session is not read. */
  enum Pause {
    /** Its login is being decided. */
    LOGIN(1),
    /** A byte budget is full. */
    BUDGET(2),
    /** There is no room for a large packet that has begun. */
    ROOM(16),
    /** The registry is asked for devices that it names. */
    DEVICES(32),
    /** A quota that slows is used up. */
    QUOTA(64),
    /** It does not take what is written to it. */
    WRITE(4),
    /** The node ends. */
    DRAIN(8);

    private final int bit;

    Pause(int bit) {
      this.bit = bit;
    }
  }

  private static final Logger logger = LoggerFactory.getLogger(MqttSession.class);

  private final SessionLoop loop;
  private final TimerWheel.Timer timer = new TimerWheel.Timer(this);

  // Set when the handler is added, before anything else happens.
  private @Nullable ChannelHandlerContext ctx;

  private Phase phase;
  private MqttVersion version = MqttVersion.V3_1_1;
  private long packetBytesMax = Long.MAX_VALUE;
  private boolean wantsReasons = true;
  private int pauses;
  private long unwritableSinceNanos;
  private long lastReadNanos;

  // Set before the first packet, where the client has shown one.
  private @Nullable PeerCertificate peerCertificate;

  // Decoded before reading stopped, at most one read's worth (4 KiB and one packet).
  private @Nullable ArrayDeque<Packet> held;

  // What this turn of the loop has written; never kept beyond it.
  private @Nullable ByteBuf out;

  /** The session of a connection that was just accepted. */
  public MqttSession(SessionLoop loop) {
    super(loop.node().budgets().largePackets());
    this.loop = loop;
    phase = new Connecting(this);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    lastReadNanos = loop.nanos();
    loop.opened(this);
    loop.schedule(timer, lastReadNanos + CONNECT_TIMEOUT_NANOS);
  }

  @Override
  protected void packet(ChannelHandlerContext context, Packet packet) {
    lastReadNanos = loop.nanos();
    if (pauses != 0) {
      hold(packet);
      return;
    }
    try {
      phase.packet(packet);
    } catch (RuntimeException | Error bug) {
      failed(bug); // here, so that the packets behind it are counted as not looked at
    }
  }

  @Override
  protected void room(ChannelHandlerContext context, Room change) {
    switch (change) {
      case WANTED -> pause(Pause.ROOM);
      case FOUND -> resume(Pause.ROOM);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    flush();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof PeerCertificate certificate) {
      peerCertificate = certificate;
    } else if (event instanceof PeerRefused refused && phase instanceof Connecting connecting) {
      connecting.refused(refused);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      resume(Pause.WRITE);
      Active active = active();
      if (active != null) {
        active.sendOn();
      }
    } else {
      unwritableSinceNanos = loop.nanos();
      pause(Pause.WRITE);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    super.channelInactive(context); // gives back the room of a packet that is not whole
    loop.lost(this);
  }

  /** The connection is gone, and nothing is left to do but to say so. */
  void lost() {
    end(null, SessionEnd.CONNECTION_LOST);
    loop.closed(this);
    loop.cancel(timer);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // What is wrong with a TLS record comes wrapped.
    if (cause instanceof IOException || cause.getCause() instanceof SSLException) {
      if (logger.isDebugEnabled()) { // thousands may break at once
        logger.debug("cannot read from {}: {}", address(), cause.toString()); // reset by the peer
      }
      closeChannel(); // and its session ends in its turn
    } else {
      failed(cause);
    }
  }

  /** We have a bug: this connection ends, the others go on. */
  void failed(Throwable bug) {
    loop.node().bugs().error("BUG: a session with " + address() + " failed", bug);
    end(null, SessionEnd.BUG);
  }

  SessionLoop loop() {
    return loop;
  }

  /** What the client's certificate says; null over plain TCP or where it showed none. */
  @Nullable PeerCertificate peerCertificate() {
    return peerCertificate;
  }

  MqttVersion version() {
    return version;
  }

  /** When the newest packet came. */
  long lastReadNanos() {
    return lastReadNanos;
  }

  /** Since when the client has not taken what was written, or -1. */
  long untakenNanos(long nowNanos) {
    return isPausedFor(Pause.WRITE) ? nowNanos - unwritableSinceNanos : -1;
  }

  boolean isPaused() {
    return pauses != 0;
  }

  boolean isPausedFor(Pause why) {
    return (pauses & why.bit) != 0;
  }

  /** The session where it is open; null before its login and after its end. */
  @Nullable Active active() {
    return phase instanceof Active active ? active : null;
  }

  boolean isEnded() {
    return phase instanceof Phase.Ended;
  }

  /** The version is known, whatever becomes of the login. */
  void speaks(MqttVersion spoken) {
    version = spoken;
  }

  /**
   * What the client takes.
   *
   * @param bytesMax of a packet [MQTT-3.1.2-24]
   * @param reasons whether reason strings may be sent [MQTT-3.1.2-29]
   */
  void takes(long bytesMax, boolean reasons) {
    packetBytesMax = bytesMax;
    wantsReasons = reasons;
  }

  boolean wantsReasons() {
    return wantsReasons;
  }

  long packetBytesMax() {
    return packetBytesMax;
  }

  /** The login was granted. */
  void activate(Active active) {
    phase = active;
    Gate.passed(context().pipeline());
    loop.schedule(timer, active.due(lastReadNanos));
    resume(Pause.LOGIN);
  }

  /** Stops reading; what is decoded already is held. */
  void pause(Pause why) {
    pauses |= why.bit;
    context().channel().config().setAutoRead(false);
  }

  /** Takes up what was held, then reads on, unless there is another reason not to. */
  void resume(Pause why) {
    pauses &= ~why.bit;
    ArrayDeque<Packet> packets = held;
    // Whoever drains is not read, but what it had sent is taken up.
    while ((pauses & ~Pause.DRAIN.bit) == 0 && packets != null && !packets.isEmpty()) {
      phase.packet(packets.remove());
    }
    if (isPausedFor(Pause.DRAIN)) {
      drain(); // that may have been all
    } else if (pauses == 0) {
      held = null;
      lastReadNanos = loop.nanos();
      context().channel().config().setAutoRead(true);
    }
    flush();
  }

  /** Puts back a packet for which there was no room. */
  void holdFirst(Packet packet) {
    if (held == null) {
      held = new ArrayDeque<>(4);
    }
    held.addFirst(packet);
  }

  private void hold(Packet packet) {
    if (held == null) {
      held = new ArrayDeque<>(4);
    }
    held.add(packet);
  }

  /** A buffer for answers, which goes out at the end of this turn of the loop. */
  ByteBuf out() {
    ByteBuf buffer = out;
    if (buffer == null) {
      buffer = context().alloc().buffer(256);
      out = buffer;
      loop.flushLater(this);
    }
    return buffer;
  }

  /** Bytes written in this turn of the loop. */
  int unflushedBytes() {
    ByteBuf buffer = out;
    return buffer == null ? 0 : buffer.readableBytes();
  }

  /** Sends what was written: one buffer and one system call for all answers of a turn. */
  void flush() {
    ByteBuf buffer = out;
    if (buffer != null) {
      out = null;
      var _ = context().writeAndFlush(buffer, context().voidPromise());
    }
  }

  /** Ends the session; MQTT 5 is told the code of the reason, where it has one. */
  void end(@Nullable String detail, SessionEnd why) {
    boolean isGoodbye = why == SessionEnd.SHUTDOWN;
    end(isGoodbye ? loop.node().goodbyeCode() : ReasonCode.of(why.code()), detail, why);
  }

  /**
   * Ends the session with another code than the reason's own.
   *
   * @param code what MQTT 5 is told in a DISCONNECT; null for no word
   * @param why for the presence record
   */
  void end(@Nullable ReasonCode code, @Nullable String detail, SessionEnd why) {
    if (isEnded()) {
      return;
    }
    boolean isActive = phase instanceof Active;
    phase.ended(why);
    if (code != null && isActive && version == MqttVersion.V5 && packetBytesMax >= 3) {
      String elsewhere = loop.node().terms().serverReference();
      PacketEncoder.disconnect(out(), code, detail, elsewhere, packetBytesMax);
    }
    phase = new Phase.Ended(this, phase.refusalOfUnread());
    pauses = 0;
    leaveHeld();
    ByteBuf lastWord = out;
    out = null;
    if (lastWord == null && why != SessionEnd.SHUTDOWN) {
      closeChannel();
    } else if (context().channel() instanceof DuplexChannel duplex) {
      linger(lastWord, duplex); // at a shutdown PUBACKs may be under way, which a reset would take
    } else {
      if (lastWord != null) {
        var _ = context().writeAndFlush(lastWord);
      }
      closeChannel();
    }
  }

  /** What was decoded and will not be looked at: each PUBLISH of it counts all the same. */
  private void leaveHeld() {
    ArrayDeque<Packet> packets = held;
    held = null;
    while (packets != null && !packets.isEmpty()) {
      phase.packet(packets.remove());
    }
  }

  private void linger(@Nullable ByteBuf lastWord, DuplexChannel duplex) {
    if (lastWord == null) {
      Goodbye.sayTo(duplex);
    } else {
      var _ = context().writeAndFlush(lastWord).addListener(sent -> Goodbye.sayTo(duplex));
    }
    duplex.config().setAutoRead(true);
    loop.schedule(timer, loop.nanos() + LINGER_NANOS);
  }

  /** The node ends: no more is read; when all is answered, the session ends. */
  void drain() {
    switch (phase) {
      case Connecting connecting -> connecting.drain();
      case Active active -> {
        pause(Pause.DRAIN);
        active.drain();
      }
      case Phase.Ended ended -> {}
    }
  }

  /** Whether all that was read has been looked at. */
  boolean holdsNothing() {
    return held == null || held.isEmpty();
  }

  /** Ends the session if the client's certificate is revoked by now. */
  void checkCertificate() {
    Active active = active();
    if (active == null || peerCertificate == null) {
      return; // who has shown none, or is not in yet
    }
    String detail = loop.node().revoked().detail(context().channel());
    if (detail != null) {
      active.revoke(detail, SessionEnd.CERTIFICATE_REVOKED);
    }
  }

  void closeChannel() {
    var _ = context().close();
  }

  /** What lies between TCP and MQTT, as presence records say it. */
  String transport() {
    return Listeners.Layers.of(context().pipeline()).word();
  }

  /** Address and port of the client. */
  String address() {
    return Source.text(context().channel());
  }

  /** Address of the client without the port: the source that login refusals are counted by. */
  String host() {
    SocketAddress remote = Source.of(context().channel());
    return remote instanceof InetSocketAddress inet && inet.getAddress() != null
        ? inet.getAddress().getHostAddress()
        : String.valueOf(remote);
  }

  @Override
  public void due(long nowNanos) {
    loop.schedule(timer, phase.due(nowNanos));
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext context = ctx;
    if (context == null) {
      throw new AssertionError("BUG: a session without its channel");
    }
    return context;
  }
}
