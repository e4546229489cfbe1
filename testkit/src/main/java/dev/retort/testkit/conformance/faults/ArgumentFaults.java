package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.conformance.faults.Plan.Planter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Faults in the arguments that are no tensors: axes, options, flags, geometries; and operands that change places or are left
 * out. Options are found by the types and names of parameters and by the components of records.
 */
final class ArgumentFaults {
    /** Operands that may be null. */
    private static final Set<String> OPTIONAL = Set.of("bias", "gamma", "beta", "mask");

    private ArgumentFaults() {}

    static void plant(Planter p) {
        Class<?>[] types = p.target().method().getParameterTypes();
        for (int i = 0; i < types.length; i++) {
            int place = i;
            String name = p.name(i);
            if (name.equals("axis") || name.equals("axes")) {
                p.add(Kind.NEGATIVE_AXIS, call -> call.proceed(call.with(place, positive(call.args()[place]))));
            } else if (types[i] == Tensor.class && OPTIONAL.contains(name)) {
                p.add(Kind.OPTIONAL_OPERAND_IGNORED, name, call -> call.proceed(call.with(place, null)));
            }
            options(p, place, types[i], name, argument -> argument, (argument, option) -> option);
        }
        if (p.traits().exchangeable) {
            p.add(Kind.OPERANDS_EXCHANGED, call -> exchangeable(call).isEmpty() ? call.proceed() : exchanged(call));
        } else if (p.target().tensorParameters().size() > 1) {
            p.exclude(Kind.OPERANDS_EXCHANGED, "commutative, or the operands never have one shape and type");
        }
    }

    /** Puts an option back into the argument that it came from. */
    private interface Rebuild {
        Object with(Object argument, Object option) throws ReflectiveOperationException;
    }

    private static void options(
            Planter p, int place, Class<?> type, String name, UnaryOperator<Object> reader, Rebuild rebuild) {
        if (type == boolean.class) {
            p.add(Kind.OPTION_IGNORED, name, call -> replaced(call, place, reader, rebuild, List.of(false)));
            p.add(Kind.FLAG_ALWAYS_ON, name, call -> replaced(call, place, reader, rebuild, List.of(true)));
        } else if (type == int.class) {
            p.add(Kind.OPTION_IGNORED, name, call -> replaced(call, place, reader, rebuild, List.of(0, 1)));
        } else if (type == long.class) {
            p.add(Kind.OPTION_IGNORED, name, call -> replaced(call, place, reader, rebuild, List.of(0L, 1L)));
        } else if (type == double.class) {
            p.add(Kind.OPTION_IGNORED, name, call -> replaced(call, place, reader, rebuild, List.of(0.0)));
        } else if (type == int[].class) {
            p.add(Kind.OPTION_IGNORED, name, call -> {
                int length = ((int[]) call.args()[place]).length;
                int[] ones = new int[length];
                Arrays.fill(ones, 1);
                int[] ascending = IntStream.range(0, length).toArray();
                return replaced(call, place, reader, rebuild, List.of(new int[length], ones, ascending));
            });
        } else if (type == GemmSpec.Layout.class) {
            options(
                    p,
                    place,
                    long.class,
                    name + ".offset",
                    reader.andThen(l -> ((GemmSpec.Layout) l).offset())::apply,
                    (argument, option) ->
                            rebuild.with(argument, withComponent((Record) reader.apply(argument), 0, option)));
        } else if (type.isRecord()) {
            RecordComponent[] components = type.getRecordComponents();
            for (int i = 0; i < components.length; i++) {
                int index = i;
                options(
                        p,
                        place,
                        components[i].getType(),
                        components[i].getName(),
                        argument -> component((Record) reader.apply(argument), index),
                        (argument, option) ->
                                rebuild.with(argument, withComponent((Record) reader.apply(argument), index, option)));
            }
        }
    }

    /** Goes on with the first of the values that is accepted; as asked if none is. */
    private static Object replaced(
            Call call, int place, UnaryOperator<Object> reader, Rebuild rebuild, List<Object> values) throws Throwable {
        for (Object value : values) {
            try {
                return Geometry.proceed(call, call.with(place, rebuild.with(call.args()[place], value)));
            } catch (ShapeException refused) {
                continue;
            } catch (InvocationTargetException e) {
                if (!(e.getCause() instanceof ShapeException)) {
                    throw e;
                }
            }
        }
        return call.proceed();
    }

    private static Object component(Record record, int index) {
        try {
            return record.getClass().getRecordComponents()[index].getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Object withComponent(Record record, int index, Object value) throws ReflectiveOperationException {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Object[] parts = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < parts.length; i++) {
            types[i] = components[i].getType();
            parts[i] = i == index ? value : components[i].getAccessor().invoke(record);
        }
        Constructor<?> constructor = record.getClass().getDeclaredConstructor(types);
        return constructor.newInstance(parts);
    }

    private static Object positive(Object axes) {
        return axes instanceof int[] several
                ? Arrays.stream(several).map(axis -> Math.max(axis, 0)).toArray()
                : (Object) Math.max((int) axes, 0);
    }

    /** The first two parameters that hold tensors of one shape and type in this call; empty if there are none. */
    static List<Integer> exchangeable(Call call) {
        List<Integer> places = call.target().tensorParameters().stream()
                .filter(i -> call.args()[i] instanceof Tensor)
                .toList();
        for (int i = 0; i < places.size(); i++) {
            for (int j = i + 1; j < places.size(); j++) {
                Tensor a = call.operand(places.get(i));
                Tensor b = call.operand(places.get(j));
                if (a.dtype() == b.dtype() && a.shape().equals(b.shape()) && a.size() > 0) {
                    return List.of(places.get(i), places.get(j));
                }
            }
        }
        return List.of();
    }

    static Object exchanged(Call call) throws Throwable {
        List<Integer> pair = exchangeable(call);
        Object[] args = call.with(pair.get(0), call.args()[pair.get(1)]);
        args[pair.get(1)] = call.args()[pair.get(0)];
        return call.proceed(args);
    }
}
