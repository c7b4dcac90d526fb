package qiantang.ingest.payload;

/**
 * ThingsBoard's device API: {@code {"k":v,..}}, {@code {"ts":ms,"values":{..}}} or an array of
 * both.
 */
final class ThingsBoardDevice {
  private ThingsBoardDevice() {}

  static Decoded telemetry(Message message) {
    return ReadingsReader.read(message, reader -> reader.readElements(message.publisher(), null));
  }

  /**
   * Attributes are kept as readings without an event time, under {@code attributes.<key>}: one
   * place for all a device says, and its history comes with it.
   */
  static Decoded attributes(Message message) {
    return ReadingsReader.read(message, reader -> reader.readAttributes(message.publisher(), null));
  }
}
