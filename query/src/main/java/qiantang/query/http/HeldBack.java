package qiantang.query.http;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import qiantang.query.auth.Leave;

/**
 * An answer by leave that may end while it is sent: a slow client takes minutes for a large one.
 * What follows is cut then, so that nobody takes it for whole. Blocks: virtual threads only.
 */
final class HeldBack extends FilterOutputStream {
  // As much as is sent in one piece: in memory it takes a microsecond to look.
  private static final int LOOK_EACH_BYTES = 16 * 1024;

  private final Leave leave;
  private int sinceBytes;

  private HeldBack(OutputStream stream, Leave leave) {
    super(stream);
    this.leave = leave;
  }

  /** The same answer, as long as the leave holds. */
  static Answer by(Leave leave, Answer answer) {
    return answer.writing(stream -> answer.body().writeTo(new HeldBack(stream, leave)));
  }

  @Override
  public void write(int b) throws IOException {
    look(1);
    out.write(b);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    look(length);
    out.write(bytes, from, length);
  }

  private void look(int bytes) throws IOException {
    sinceBytes += bytes;
    if (sinceBytes >= LOOK_EACH_BYTES) {
      sinceBytes = 0;
      if (!leave.stillHolds()) {
        throw new IOException("what it was answered by was taken back meanwhile");
      }
    }
  }
}
