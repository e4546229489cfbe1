package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.Backend;
import dev.retort.tensor.CoreOperations;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Tensor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Where a fault is planted: a method of {@link dev.retort.tensor.Backend}, and for a family such as {@code binary} one member of it.
 *
 * @param member the constant of the family's enum, or null
 */
record Target(Method method, Enum<?> member) {
    /** Other names of upload and full, whose work these do. */
    private static final Set<String> CONVENIENCES = Set.of("tensor", "zeros");

    /** Every operation of the interface, found by reflection: core and composed, families member by member. */
    static List<Target> all() {
        List<Target> targets = new ArrayList<>();
        operations().values().stream()
                .sorted(Comparator.<Method, Boolean>comparing(Target::isComposed)
                        .thenComparing(Method::getName))
                .forEach(method -> {
                    Class<?> first = method.getParameterTypes()[0];
                    if (first.isEnum()) {
                        for (Object constant : first.getEnumConstants()) {
                            targets.add(new Target(method, (Enum<?>) constant));
                        }
                    } else {
                        targets.add(new Target(method, null));
                    }
                });
        return targets;
    }

    /** By name; of overloads the one with most parameters, to which the others lead. */
    private static Map<String, Method> operations() {
        Map<String, Method> operations = new HashMap<>();
        for (Method method : Backend.class.getMethods()) {
            if (isInherited(method) && !CONVENIENCES.contains(method.getName())) {
                operations.merge(
                        method.getName(), method, (a, b) -> a.getParameterCount() > b.getParameterCount() ? a : b);
            }
        }
        return operations;
    }

    private static final Set<Method> OPERATIONS = Set.copyOf(operations().values());

    /** Whether a call of this method is an operation, and no convenience that leads to one. */
    static boolean isOperation(Method method) {
        return OPERATIONS.contains(method);
    }

    /** Another name of an operation, or one with fewer arguments: done by its default, which calls the operation. */
    static boolean isConvenience(Method method) {
        return isInherited(method) && !isOperation(method);
    }

    /** From the interfaces of operations, and not what {@link Backend} itself adds. */
    private static boolean isInherited(Method method) {
        return CoreOperations.class.isAssignableFrom(method.getDeclaringClass())
                && method.getDeclaringClass() != Backend.class
                && !Modifier.isStatic(method.getModifiers());
    }

    /** The target that a call reaches. */
    static Target of(Method method, Object[] args) {
        return new Target(method, args[0] instanceof Enum<?> member ? member : null);
    }

    private static boolean isComposed(Method method) {
        return method.isDefault();
    }

    boolean isComposed() {
        return isComposed(method);
    }

    /** As cases name it: {@code CONV2D_INPUT_GRADIENT}, {@code softmax}. */
    String operation() {
        return isComposed() ? method.getName() : core(method.getName());
    }

    /** The core operation; not for composed ones. */
    Operation core() {
        return Operation.valueOf(operation());
    }

    private static String core(String name) {
        return name.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
    }

    boolean is(Operation operation) {
        return operation().equals(operation.name());
    }

    /** Whether the result is a view, which computes nothing. */
    boolean isView() {
        return is(Operation.RESHAPE) || is(Operation.NARROW);
    }

    boolean isVoid() {
        return method.getReturnType() == void.class;
    }

    Parameter parameter(int place) {
        return method.getParameters()[place];
    }

    /** The places of the parameters that hold tensors, one or several. */
    List<Integer> tensorParameters() {
        return IntStream.range(0, method.getParameterCount())
                .filter(i -> Set.of(Tensor.class, Tensor[].class).contains(method.getParameterTypes()[i]))
                .boxed()
                .toList();
    }

    /** Whether a parameter has this name. Names are in the class files. */
    boolean has(String parameter) {
        return Arrays.stream(method.getParameters()).anyMatch(p -> p.getName().equals(parameter));
    }

    @Override
    public String toString() {
        return operation() + (member == null ? "" : " " + member);
    }
}
