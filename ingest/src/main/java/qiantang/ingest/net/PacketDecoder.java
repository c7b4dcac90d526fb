package qiantang.ingest.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import qiantang.store.journal.ByteBudget;

/**
 * Cuts the byte stream into packets. The size is checked at the fixed header, before a byte of the
 * body is kept; a packet that is not whole yet is copied to the heap, so that no pooled buffer
 * outlives its turn; each byte is looked at once, however the stream is split.
 *
 * <p>A session extends it instead of standing behind it: a handler more in the pipeline is 70 bytes
 * of each connection. By itself it passes its packets on.
 *
 * <p>Netty's own MqttDecoder was rejected: it parses partial packets again and again, cannot skip a
 * PUBLISH that is too large, and hears nothing any more after one bad packet.
 */
public class PacketDecoder extends ChannelInboundHandlerAdapter {
  /** Largest packet, fixed header included: announced to MQTT 5 clients (DESIGN section 9). */
  public static final int PACKET_BYTES_MAX = 256 * 1024;

  /** Largest CONNECT: client id, will, user and password with room, but no memory for strangers. */
  public static final int CONNECT_BYTES_MAX = 16 * 1024;

  /** How much payload of an oversized PUBLISH is kept for its rejection record. */
  public static final int HEAD_BYTES = 512;

  // A body grows with what really arrives: 1,000 clients that announce 256 KiB and send nothing
  // cost 1,000 of these.
  private static final int FIRST_BODY_BYTES = 512;

  /**
   * From here on a packet takes room in the node's budget for packets that are not whole yet: what
   * 1,000 clients may each have half sent must not add up to more than the node has.
   */
  static final int LARGE_BYTES = 16 * 1024;

  /** Such a packet must be whole after this: 256 KiB at 4.5 KB/s. Nobody may sit on the room. */
  static final Duration LARGE_TIMEOUT = Duration.ofSeconds(60);

  private static final byte[] NOTHING = {};

  /** Told to the session, which alone decides when the channel is read. */
  public enum Room {
    /** There is no room for a large packet: do not read. */
    WANTED,
    /** There is room again. */
    FOUND
  }

  /** What the next byte is. */
  private enum State {
    TYPE,
    LENGTH,
    ROOM,
    BODY,
    SKIP,
    SKIM,
    DEAF
  }

  private final ByteBudget room;
  private final PacketParser parser = new PacketParser();
  private State state = State.TYPE;
  private int header;
  private int headerBytes;
  private int remainingLength;
  private byte[] body = NOTHING;
  private int filled;
  private int wanted;
  private int skipped;
  private @Nullable ConnectSkimmer skimmer;

  // Room taken for the packet that comes in, and for packets the session may not have used yet.
  private int roomTaken;
  private int roomUsed;
  private @Nullable Future<?> timeout;

  // Came while there was no room: the rest of one read.
  private byte[] unread = NOTHING;

  /**
   * The decoder of one connection.
   *
   * @param room for large packets that are not whole yet, of the whole node
   */
  public PacketDecoder(ByteBudget room) {
    this.room = room;
  }

  /** A packet has come. */
  protected void packet(ChannelHandlerContext ctx, Packet packet) {
    ctx.fireChannelRead(packet);
  }

  /** Whether there is room for a large packet has changed. */
  protected void room(ChannelHandlerContext ctx, Room change) {
    ctx.fireUserEventTriggered(change);
  }

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      giveUsedRoom(); // it reads again, so it has used what it had
      decode(ctx, in);
    } finally {
      in.release();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    state = State.DEAF;
    unread = NOTHING;
    body = NOTHING;
    cancelTimeout();
    roomUsed += roomTaken;
    roomTaken = 0;
    giveUsedRoom();
    ctx.fireChannelInactive();
  }

  private void decode(ChannelHandlerContext ctx, ByteBuf in) {
    while (in.isReadable()) {
      if (state == State.ROOM) {
        keepUnread(in);
        return;
      }
      Packet packet = next(in);
      if (packet != null) {
        cancelTimeout();
        roomUsed += roomTaken;
        roomTaken = 0;
        packet(ctx, packet);
        if (ctx.channel().config().isAutoRead()) {
          giveUsedRoom();
        }
      } else if (state == State.ROOM) {
        takeRoom(ctx);
      }
    }
  }

  /** Begins a large body, or waits until there is room for it. */
  private void takeRoom(ChannelHandlerContext ctx) {
    if (room.tryTake(wanted)) {
      roomTaken = wanted;
      state = State.BODY;
      timeout =
          ctx.executor().schedule(() -> timedOut(ctx), LARGE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      return;
    }
    room(ctx, Room.WANTED);
    room.whenGiven(wanted, ctx.executor(), () -> tryAgain(ctx));
  }

  private void tryAgain(ChannelHandlerContext ctx) {
    if (state != State.ROOM) {
      return; // closed meanwhile
    }
    takeRoom(ctx);
    if (state == State.BODY) {
      byte[] rest = unread;
      unread = NOTHING;
      ByteBuf in = Unpooled.wrappedBuffer(rest);
      decode(ctx, in);
      room(ctx, Room.FOUND);
    }
  }

  private void timedOut(ChannelHandlerContext ctx) {
    timeout = null;
    if (roomTaken > 0) {
      packet(ctx, broken(ReasonCode.MALFORMED_PACKET, "a packet that was not whole after 60 s"));
    }
  }

  private void cancelTimeout() {
    Future<?> running = timeout;
    if (running != null) {
      running.cancel(false);
      timeout = null;
    }
  }

  private void giveUsedRoom() {
    if (roomUsed > 0) {
      room.give(roomUsed);
      roomUsed = 0;
    }
  }

  private void keepUnread(ByteBuf in) {
    int before = unread.length;
    unread = Arrays.copyOf(unread, before + in.readableBytes());
    in.readBytes(unread, before, unread.length - before);
  }

  /** Takes bytes up to the end of one packet, or all there are. */
  private @Nullable Packet next(ByteBuf in) {
    return switch (state) {
      case TYPE -> {
        header = in.readUnsignedByte();
        headerBytes = 1;
        remainingLength = 0;
        state = State.LENGTH;
        yield in.isReadable() ? next(in) : null;
      }
      case LENGTH -> readLength(in);
      case ROOM -> throw new AssertionError("BUG: a large packet without room");
      case BODY -> readBody(in);
      case SKIP -> skipBody(in);
      case SKIM -> skim(in);
      case DEAF -> {
        in.skipBytes(in.readableBytes());
        yield null;
      }
    };
  }

  private @Nullable Packet readLength(ByteBuf in) {
    while (in.isReadable()) {
      int next = in.readUnsignedByte();
      remainingLength |= (next & 0x7f) << (7 * (headerBytes - 1));
      headerBytes++;
      if (next < 0x80) {
        return beginBody(in);
      }
      if (headerBytes == 5) {
        return broken(ReasonCode.MALFORMED_PACKET, "a remaining length of more than four bytes");
      }
    }
    return null;
  }

  private @Nullable Packet beginBody(ByteBuf in) {
    int type = header >> 4;
    MqttVersion version = parser.version();
    if (version == null && type != PacketParser.CONNECT) {
      return broken(ReasonCode.PROTOCOL_ERROR, "a first packet that is not CONNECT");
    }
    if (version == null && (header & 15) != 0) {
      return broken(ReasonCode.MALFORMED_PACKET, "a CONNECT with flags"); // as TLS begins
    }
    int bytes = headerBytes + remainingLength;
    int bytesMax = version == null ? CONNECT_BYTES_MAX : PACKET_BYTES_MAX;
    if (version == null && bytes > bytesMax && bytes <= PACKET_BYTES_MAX) {
      skimmer = new ConnectSkimmer(bytes, remainingLength, bytesMax);
      state = State.SKIM;
    } else if (bytes > bytesMax) {
      if (version != MqttVersion.V3_1_1 || type != PacketParser.PUBLISH) {
        return broken(
            ReasonCode.PACKET_TOO_LARGE,
            "a packet of " + bytes + " bytes; at most " + bytesMax + " are taken");
      }
      // A 3.1.1 client cannot be told why it is closed and would send the same again for ever:
      // step over the payload, acknowledge, and keep a rejection (DESIGN section 9).
      state = State.SKIP;
      wanted = 2; // length of the topic; known then, the rest of the head
    } else {
      state = remainingLength > LARGE_BYTES ? State.ROOM : State.BODY;
      wanted = remainingLength;
    }
    filled = 0;
    skipped = 0;
    body = NOTHING;
    return switch (state) {
      case BODY -> readBody(in);
      case SKIP -> skipBody(in);
      case SKIM -> skim(in);
      case ROOM -> null;
      case TYPE, LENGTH, DEAF -> throw new AssertionError("BUG: a body in state " + state);
    };
  }

  private @Nullable Packet readBody(ByteBuf in) {
    fill(in);
    return filled == wanted ? finish(parser.parse(header, body, filled)) : null;
  }

  private @Nullable Packet skipBody(ByteBuf in) {
    fill(in);
    if (filled == 2 && wanted == 2) {
      int topicBytes = (body[0] & 0xff) << 8 | (body[1] & 0xff);
      wanted = Math.min(remainingLength, 2 + topicBytes + 2 + HEAD_BYTES);
      fill(in);
    }
    if (filled == wanted) {
      int skip = Math.min(in.readableBytes(), remainingLength - filled - skipped);
      in.skipBytes(skip);
      skipped += skip;
    }
    return filled + skipped == remainingLength
        ? finish(parser.parseOversized(header, body, filled, remainingLength))
        : null;
  }

  private @Nullable Packet skim(ByteBuf in) {
    ConnectSkimmer running = skimmer;
    if (running == null) {
      throw new AssertionError("BUG: a large CONNECT that nobody reads");
    }
    Packet packet = running.read(in);
    return packet == null ? null : finish(packet);
  }

  private void fill(ByteBuf in) {
    int count = Math.min(in.readableBytes(), wanted - filled);
    if (filled + count > body.length) {
      int doubled = Math.max(FIRST_BODY_BYTES, 2 * body.length);
      int whole = filled + count == wanted ? wanted : Math.max(doubled, filled + count);
      body = Arrays.copyOf(body, Math.min(wanted, whole));
    }
    in.readBytes(body, filled, count);
    filled += count;
  }

  private Packet finish(Packet packet) {
    body = NOTHING;
    skimmer = null;
    boolean isLast = packet instanceof Packet.Broken || packet instanceof Packet.BrokenConnect;
    state = isLast ? State.DEAF : State.TYPE;
    return packet;
  }

  private Packet broken(ReasonCode code, String detail) {
    boolean isPublish = header >> 4 == PacketParser.PUBLISH;
    return finish(new Packet.Broken(parser.version(), code, detail, isPublish));
  }
}
