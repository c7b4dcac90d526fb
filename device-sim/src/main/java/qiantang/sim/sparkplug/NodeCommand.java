package qiantang.sim.sparkplug;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/** A command to an edge node: the one that every node takes, all others are nobody's. */
public final class NodeCommand {
  private NodeCommand() {}

  /** Whether a payload sets {@code Node Control/Rebirth}; what is no payload asks for nothing. */
  public static boolean asksForBirths(byte[] payload) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(payload);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) != SparkplugPayload.PAYLOAD_METRICS) {
          var _ = in.skipField(tag);
        } else if (isRebirth(CodedInputStream.newInstance(in.readByteArray()))) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isRebirth(CodedInputStream metric) throws IOException {
    boolean named = false;
    boolean set = false;
    for (int tag = metric.readTag(); tag != 0; tag = metric.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case SparkplugPayload.NAME -> named = metric.readString().equals(SparkplugPayload.REBIRTH);
        case SparkplugPayload.BOOLEAN_VALUE -> set = metric.readBool();
        default -> {
          var _ = metric.skipField(tag);
        }
      }
    }
    return named && set;
  }
}
