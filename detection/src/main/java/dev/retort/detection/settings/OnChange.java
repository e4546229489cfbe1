package dev.retort.detection.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a change of a setting does to a run that is resumed: on a component of a settings record, or on the record for all
 * components without one. {@link Effect#COURSE} where neither has one; settings of a kind of detector are
 * {@link Effect#ARCHITECTURE} then.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.TYPE})
public @interface OnChange {
    Effect value();
}
