package qiantang.sim;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;

/**
 * The schema of specification 6.4, as far as simulated nodes use it, for protobuf's own reader: a
 * field of another number or type than here shows as an unknown field or fails.
 */
public final class SparkplugSchema {
  private static final Descriptor PAYLOAD = payload();

  private SparkplugSchema() {}

  /** Fails on what is no payload, and on what the schema does not know. */
  public static DynamicMessage parse(byte[] bytes) throws InvalidProtocolBufferException {
    DynamicMessage message = DynamicMessage.parseFrom(PAYLOAD, bytes);
    if (!message.getUnknownFields().asMap().isEmpty()) {
      throw new InvalidProtocolBufferException("unknown fields");
    }
    return message;
  }

  public static Object get(DynamicMessage message, String field) {
    return message.getField(message.getDescriptorForType().findFieldByName(field));
  }

  public static boolean has(DynamicMessage message, String field) {
    return message.hasField(message.getDescriptorForType().findFieldByName(field));
  }

  public static List<DynamicMessage> metrics(DynamicMessage payload) {
    return ((List<?>) get(payload, "metrics")).stream().map(DynamicMessage.class::cast).toList();
  }

  private static Descriptor payload() {
    DescriptorProto metric =
        DescriptorProto.newBuilder()
            .setName("Metric")
            .addField(field("name", 1, FieldDescriptorProto.Type.TYPE_STRING))
            .addField(field("alias", 2, FieldDescriptorProto.Type.TYPE_UINT64))
            .addField(field("timestamp", 3, FieldDescriptorProto.Type.TYPE_UINT64))
            .addField(field("datatype", 4, FieldDescriptorProto.Type.TYPE_UINT32))
            .addField(field("is_historical", 5, FieldDescriptorProto.Type.TYPE_BOOL))
            .addField(field("is_transient", 6, FieldDescriptorProto.Type.TYPE_BOOL))
            .addField(field("is_null", 7, FieldDescriptorProto.Type.TYPE_BOOL))
            .addField(field("int_value", 10, FieldDescriptorProto.Type.TYPE_UINT32))
            .addField(field("long_value", 11, FieldDescriptorProto.Type.TYPE_UINT64))
            .addField(field("float_value", 12, FieldDescriptorProto.Type.TYPE_FLOAT))
            .addField(field("double_value", 13, FieldDescriptorProto.Type.TYPE_DOUBLE))
            .addField(field("boolean_value", 14, FieldDescriptorProto.Type.TYPE_BOOL))
            .addField(field("string_value", 15, FieldDescriptorProto.Type.TYPE_STRING))
            .build();
    DescriptorProto payload =
        DescriptorProto.newBuilder()
            .setName("Payload")
            .addField(field("timestamp", 1, FieldDescriptorProto.Type.TYPE_UINT64))
            .addField(
                field("metrics", 2, FieldDescriptorProto.Type.TYPE_MESSAGE)
                    .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED)
                    .setTypeName("Metric"))
            .addField(field("seq", 3, FieldDescriptorProto.Type.TYPE_UINT64))
            .build();
    FileDescriptorProto file =
        FileDescriptorProto.newBuilder()
            .setName("sparkplug_b.proto")
            .setSyntax("proto2") // so that a zero that was sent can be told from none
            .addMessageType(metric)
            .addMessageType(payload)
            .build();
    try {
      return FileDescriptor.buildFrom(file, new FileDescriptor[0]).findMessageTypeByName("Payload");
    } catch (DescriptorValidationException e) {
      throw new AssertionError(e);
    }
  }

  private static FieldDescriptorProto.Builder field(
      String name, int number, FieldDescriptorProto.Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(type)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
  }
}
