package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import qiantang.ingest.auth.PeerCertificate;
import qiantang.ingest.net.PacketDecoder;

class PeerCertificateTest {
  @Test
  void whatTheHandshakeSawIsThereBeforeTheFirstPacket() {
    Rig rig = new Rig();
    MqttSession session = new MqttSession(rig.loop);
    EmbeddedChannel channel =
        new EmbeddedChannel(new PacketDecoder(rig.budgets.largePackets()), session);
    assertNull(session.peerCertificate());
    PeerCertificate shown = new PeerCertificate("acme/press-1", "00", Instant.EPOCH);
    channel.pipeline().fireUserEventTriggered(shown);
    assertEquals(shown, session.peerCertificate());
    channel.finishAndReleaseAll();
  }
}
