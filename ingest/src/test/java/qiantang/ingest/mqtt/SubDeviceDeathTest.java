package qiantang.ingest.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qiantang.ingest.mqtt.Rig.ACME;
import static qiantang.ingest.net.ClientPackets.publish;
import static qiantang.ingest.net.MqttVersion.V3_1_1;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import qiantang.ingest.payload.SparkplugWriter;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.registry.Role;

/** What a session says of devices that come and go while it lives. */
class SubDeviceDeathTest {
  private final Rig rig = new Rig();
  private final Rig.Client gateway = rig.login(V3_1_1, Role.GATEWAY, "gw");

  @Test
  void aDisconnectIsADeathAndTheNextReadingABirthOfTheSameSession() {
    sends("v1/gateway/telemetry", "{\"A\":[{\"t\":1}]}");
    sends("v1/gateway/disconnect", "{\"device\":\"A\"}");
    sends("v1/gateway/telemetry", "{\"A\":[{\"t\":2}]}");
    sends("v1/gateway/telemetry", "{\"A\":[{\"t\":3}]}");
    rig.commit();
    List<Entry.Death> deaths = rig.stored(ACME, Entry.Death.class);
    assertEquals(1, deaths.size());
    assertEquals(Entry.Death.DISCONNECTED, deaths.getFirst().reason());
    assertEquals(DeviceId.ofName("A"), deaths.getFirst().publisher());
    List<Entry.Birth> births = rig.stored(ACME, Entry.Birth.class);
    assertEquals(2, births.size());
    long session = rig.stored(ACME, Entry.Presence.class).getFirst().session();
    assertEquals(session, deaths.getFirst().session());
    births.forEach(birth -> assertEquals(session, birth.session()));
  }

  @Test
  void aTypeThatIsGivenLateIsWritten() {
    sends("v1/gateway/telemetry", "{\"A\":[{\"t\":1}]}");
    sends("v1/gateway/connect", "{\"device\":\"A\",\"type\":\"press\"}");
    sends("v1/gateway/connect", "{\"device\":\"A\",\"type\":\"press\"}");
    rig.commit();
    List<Entry.Birth> births = rig.stored(ACME, Entry.Birth.class);
    assertEquals(2, births.size());
    assertEquals("press", births.getLast().model());
  }

  @Test
  void withItsNodeDiesADeviceThatWasNeverBorn() {
    sparkplug("spBv1.0/g/NBIRTH/n", "{'seq':0,'metrics':[{'name':'bdSeq','type':4,'long':7}]}");
    sparkplug("spBv1.0/g/DDATA/n/d", "{'seq':1,'metrics':[{'name':'a','type':3,'int':1}]}");
    sparkplug("spBv1.0/g/NDEATH/n", "{'metrics':[{'name':'bdSeq','type':4,'long':7}]}");
    rig.commit();
    Set<DeviceId> dead =
        rig.stored(ACME, Entry.Death.class).stream()
            .map(Entry.Death::publisher)
            .collect(Collectors.toSet());
    assertEquals(Set.of(DeviceId.ofName("g/n"), DeviceId.ofName("g/n/d")), dead);
    assertTrue(rig.stored(ACME, Entry.Birth.class).size() >= 2);
  }

  private void sends(String topic, String payload) {
    gateway.send(publish(V3_1_1, topic, 0, payload));
  }

  private void sparkplug(String topic, String payload) {
    byte[] bytes = SparkplugWriter.payload(payload.replace('\'', '"'));
    gateway.send(publish(V3_1_1, 0x30, topic, 0, bytes));
  }
}
