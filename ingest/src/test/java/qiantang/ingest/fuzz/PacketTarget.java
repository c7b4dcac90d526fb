package qiantang.ingest.fuzz;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.net.ClientPackets;
import qiantang.ingest.net.MqttVersion;
import qiantang.ingest.net.Packet;
import qiantang.ingest.net.PacketDecoder;
import qiantang.store.journal.ByteBudget;

/**
 * The packet decoder: a login and packets behind it, or the first packet alone. What it makes of
 * them is compared with what Netty's decoder does.
 */
final class PacketTarget implements Target {
  private static final long ROOM = 1 << 20;

  private final @Nullable MqttVersion version;
  private final byte[] login;

  /**
   * Of packets behind a login.
   *
   * @param version null for the first packet of a connection
   */
  PacketTarget(@Nullable MqttVersion version) {
    this.version = version;
    login = version == null ? new byte[0] : ClientPackets.connect(version, "c", "acme.token", 20);
  }

  @Override
  public byte[] make(Dice dice) {
    PacketGrammar grammar =
        new PacketGrammar(version == null ? dice.once(2) : version == MqttVersion.V5, dice);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (version == null) {
      out.writeBytes(grammar.connect());
    }
    for (int i = version == null ? dice.below(2) : 1 + dice.below(5); i > 0; i--) {
      byte[] packet = grammar.any();
      boolean isChanged = dice.once(version == null ? 2 : 8);
      out.writeBytes(isChanged ? Mutations.of(packet, grammar.any(), dice) : packet);
    }
    byte[] all = out.toByteArray();
    return dice.once(2) ? Mutations.of(all, grammar.any(), dice) : all;
  }

  @Override
  public String run(byte[] input, int cut) {
    ByteBudget room = new ByteBudget(ROOM);
    EmbeddedChannel channel = new EmbeddedChannel(new PacketDecoder(room));
    byte[] stream = stream(input);
    String out =
        Streams.run(
            channel,
            stream,
            login.length,
            cut,
            packet -> PacketText.of((Packet) packet),
            ended -> "");
    if (room.takenBytes() != 0) {
      throw new AssertionError("room was not given back: " + room.takenBytes());
    }
    return out;
  }

  @Override
  public @Nullable String difference(byte[] input, String ours) {
    int end = ours.lastIndexOf(" > ");
    return NettyPackets.difference(stream(input), List.of(ours.substring(0, end).split("\0")));
  }

  private byte[] stream(byte[] input) {
    byte[] stream = new byte[login.length + input.length];
    System.arraycopy(login, 0, stream, 0, login.length);
    System.arraycopy(input, 0, stream, login.length, input.length);
    return stream;
  }

  @Override
  public boolean isStream() {
    return true;
  }

  @Override
  public long bytesMax() {
    return 128 * 1024;
  }

  @Override
  public long bytesPerByte() {
    return 200;
  }
}
