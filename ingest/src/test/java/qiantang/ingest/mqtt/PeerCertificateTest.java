package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import qiantang.ingest.auth.PeerCertificate;
import qiantang.ingest.auth.PeerRefused;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Reason;

class PeerCertificateTest {
  @Test
  void whatTheHandshakeSawIsThereBeforeTheFirstPacket() {
    Rig rig = new Rig();
    MqttSession session = new MqttSession(rig.loop);
    EmbeddedChannel channel = new EmbeddedChannel(session);
    assertNull(session.peerCertificate());
    PeerCertificate shown = new PeerCertificate("acme/press-1", "00", Instant.EPOCH);
    channel.pipeline().fireUserEventTriggered(shown);
    assertEquals(shown, session.peerCertificate());
    channel.finishAndReleaseAll();
  }

  @Test
  void whatTlsRefusedIsTheOperatorsRejection() {
    Rig rig = new Rig();
    EmbeddedChannel channel = new EmbeddedChannel(new MqttSession(rig.loop));
    channel.pipeline().fireUserEventTriggered(new PeerRefused("a client certificate was refused"));
    rig.pass(Duration.ofSeconds(2));
    rig.commit();
    List<Entry.Rejection> told = rig.stored(EnterpriseId.OPERATOR, Entry.Rejection.class);
    assertEquals(1, told.size());
    assertEquals(Reason.UNAUTHORIZED, told.getFirst().reason());
    assertTrue(told.getFirst().detail().startsWith("a client certificate was refused (from "));
    channel.finishAndReleaseAll();
  }
}
