package qiantang.query.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON object of a body. Vert.x's own reader was rejected: of a member that is given
 * twice it takes the last in silence, so a device could be created under an id its sender did not
 * mean.
 */
final class JsonBody {
  // The deepest body of ours has three levels; one call of ours a level, on a virtual thread.
  private static final int NESTING_MAX = 32;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(NESTING_MAX).build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // names come from outside
          .build();

  private final JsonParser parser;
  private final Faults faults = new Faults();

  private JsonBody(JsonParser parser) {
    this.parser = parser;
  }

  /** The object in these bytes, or the problem that tells what is wrong with them, and where. */
  static Exchange.Body read(byte[] bytes) {
    try (JsonParser parser = JSON.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return refused("the body is not one JSON object: it begins with something else than {");
      }
      JsonBody body = new JsonBody(parser);
      JsonObject object = body.object();
      if (parser.nextToken() != null) {
        return refused(
            "something follows the JSON object of the body" + near(parser.currentTokenLocation()));
      }
      return body.faults.areAny()
          ? new Exchange.Body.Refused(body.faults.answer())
          : new Exchange.Body.Read(object);
    } catch (StreamConstraintsException e) {
      return refused(
          "the body is beyond a limit: "
              + NESTING_MAX
              + " levels of nesting, numbers of 1000 digits, names of 50,000 characters");
    } catch (JsonProcessingException e) {
      // What the parser says is about its own settings; where it stopped is all we take from it.
      return refused("the body is not JSON: it breaks off or goes wrong" + near(e.getLocation()));
    } catch (IOException e) {
      throw new AssertionError("BUG: memory refused bytes", e);
    }
  }

  private JsonObject object() throws IOException {
    JsonObject object = new JsonObject();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (object.containsKey(name)) {
        faults.member(
            parser.getParsingContext().pathAsPointer().toString(),
            "it is given twice: give it once");
        parser.nextToken();
        parser.skipChildren();
      } else {
        object.put(name, value(parser.nextToken()));
      }
    }
    return object;
  }

  private JsonArray array() throws IOException {
    JsonArray array = new JsonArray();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      array.add(value(token));
    }
    return array;
  }

  private @Nullable Object value(JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> object();
      case START_ARRAY -> array();
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new AssertionError("BUG: a JSON value that begins with " + token);
    };
  }

  private static String near(@Nullable JsonLocation location) {
    return location == null
        ? ""
        : " near line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  private static Exchange.Body refused(String detail) {
    return new Exchange.Body.Refused(
        Answer.problem(
            Problem.INVALID_REQUEST, detail, List.of(new Faults.Fault("pointer", "", detail))));
  }
}
