package qiantang.ingest.payload;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.ingest.payload.Decoded.Birth;
import qiantang.ingest.payload.Decoded.Death;
import qiantang.ingest.payload.ReadingsReader.Unreadable;
import qiantang.store.model.Entry;

/**
 * ThingsBoard's gateway API: objects by device name. A device named twice in one message is read
 * twice: its readings add up, none is lost.
 */
final class ThingsBoardGateway {
  private ThingsBoardGateway() {}

  static Decoded telemetry(Message message) {
    return ReadingsReader.read(
        message, reader -> reader.eachDevice(sub -> reader.readElements(sub.id(), sub)));
  }

  static Decoded attributes(Message message) {
    return ReadingsReader.read(
        message, reader -> reader.eachDevice(sub -> reader.readAttributes(sub.id(), sub)));
  }

  static Decoded connect(Message message) {
    Announced announced = new Announced();
    Decoded decoded = ReadingsReader.read(message, announced);
    SubDevice device = announced.device;
    if (device == null || !(decoded instanceof Decoded.Readings)) {
      return decoded;
    }
    device.model(announced.model);
    return new Birth(device);
  }

  /** The device is gone until it is named again; the session goes on. */
  static Decoded disconnect(Message message) {
    Announced announced = new Announced();
    Decoded decoded = ReadingsReader.read(message, announced);
    SubDevice device = announced.device;
    if (device == null || !(decoded instanceof Decoded.Readings)) {
      return decoded;
    }
    device.died();
    return new Death(List.of(device.id()), Entry.Death.DISCONNECTED);
  }

  /** {@code {"device":"PLC-1","type":"default"}}. */
  private static final class Announced implements ReadingsReader.Body {
    private @Nullable SubDevice device;
    private @Nullable String model;

    @Override
    public void read(ReadingsReader reader) throws IOException, Unreadable {
      JsonParser parser = reader.parser();
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw new Unreadable("expected an object with the device's name");
      }
      @Nullable String name = null;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        JsonToken token = parser.nextToken();
        if (key.equals("device") && token == JsonToken.VALUE_STRING) {
          name = parser.getText();
        } else if (key.equals("type") && token == JsonToken.VALUE_STRING) {
          model = parser.getText();
        } else {
          parser.skipChildren();
        }
      }
      if (name == null) {
        throw new Unreadable("no \"device\" with the device's name");
      }
      String fault = Names.fault(name);
      if (fault == null && model != null && !model.isEmpty()) {
        fault = Names.fault(model);
      }
      if (fault != null) {
        throw new Unreadable(fault);
      }
      device = reader.named(name);
    }
  }
}
