package qiantang.query.read;

import org.jspecify.annotations.Nullable;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Activity.Connection;
import qiantang.store.registry.Device;

/** Which devices are asked for; null asks for all. */
public record DeviceFilter(
    Device.@Nullable Kind kind,
    @Nullable DeviceId gateway,
    @Nullable String model,
    @Nullable String factory,
    @Nullable String line,
    @Nullable Connection connection) {

  /** Whether nothing is filtered. */
  boolean isOpen() {
    return kind == null
        && gateway == null
        && model == null
        && factory == null
        && line == null
        && connection == null;
  }

  /** Whether this device is one of them. */
  boolean accepts(FleetDevice device) {
    return (kind == null || kind == device.kind())
        && (gateway == null || gateway.equals(device.gateway()))
        && (model == null || model.equals(device.model()))
        && (factory == null || factory.equals(device.factory()))
        && (line == null || line.equals(device.line()))
        && (connection == null || connection == device.connection());
  }
}
