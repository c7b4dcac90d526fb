package qiantang.standalone.rules;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** Conditions ArchUnit does not bring. */
final class ArchConditions {
  private ArchConditions() {}

  static ArchCondition<JavaClass> haveExactlyOneImplementor() {
    return new ArchCondition<>("have exactly one implementor") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        int implementors = type.getAllSubclasses().size();
        String message = type.getName() + " has " + implementors + " implementors";
        events.add(new SimpleConditionEvent(type, implementors == 1, message));
      }
    };
  }
}
