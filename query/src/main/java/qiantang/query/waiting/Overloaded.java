package qiantang.query.waiting;

/**
 * Others hold what it takes to answer, and did not give it back in time. Thrown and not returned,
 * because no use case can do anything about it. The message says what there is too little of.
 */
public sealed class Overloaded extends RuntimeException permits NoRoom {
  private static final long serialVersionUID = 1L;

  Overloaded(String message) {
    super(message);
  }
}
