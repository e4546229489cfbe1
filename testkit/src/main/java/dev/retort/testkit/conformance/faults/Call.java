package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Storage;
import dev.retort.tensor.Tensor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One call of an operation that was intercepted, in terms of the inner backend's tensors: a fault changes arguments, goes on,
 * and changes what came out.
 *
 * @param past what the faulty backend remembers between calls
 */
record Call(Backend inner, Target target, Object[] args, Past past) {

    /** Does what was asked. */
    Object proceed() throws Throwable {
        return proceed(args);
    }

    /** Does it with other arguments. */
    Object proceed(Object... arguments) throws Throwable {
        try {
            return target.method().invoke(inner, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** All tensors among the arguments. */
    List<Tensor> operands() {
        List<Tensor> operands = new ArrayList<>();
        for (int place : target.tensorParameters()) {
            if (args[place] instanceof Tensor[] several) {
                operands.addAll(Arrays.asList(several));
            } else if (args[place] != null) {
                operands.add((Tensor) args[place]);
            }
        }
        return operands;
    }

    /** The tensor at a parameter, the last if there are several; null if none was given. */
    Tensor operand(int place) {
        if (args[place] instanceof Tensor[] several) {
            return several.length == 0 ? null : several[several.length - 1];
        }
        return (Tensor) args[place];
    }

    /** The arguments with the tensor at a parameter (the last of several) replaced. */
    Object[] with(int place, Object value) {
        Object[] changed = args.clone();
        if (args[place] instanceof Tensor[] several) {
            Tensor[] copy = several.clone();
            copy[copy.length - 1] = (Tensor) value;
            changed[place] = copy;
        } else {
            changed[place] = value;
        }
        return changed;
    }

    /** Goes on with the operand at a parameter edited; what is written to an edited target reaches the true one. */
    Object proceedEdited(int place, Edit edit) throws Throwable {
        Tensor operand = operand(place);
        if (operand == null) {
            return proceed();
        }
        Values values = Values.of(inner, operand);
        edit.apply(values, this);
        Tensor edited = values.upload(inner);
        Object result = proceed(with(place, edited));
        if (target.isVoid() && edited.storage().version() > 0) {
            inner.assign(operand, edited);
        }
        return result;
    }

    /** Goes on, then edits every result: new tensors, the array of a download, or what was written in place. */
    Object proceedAndEdit(Edit edit) throws Throwable {
        if (target.is(Operation.DOWNLOAD)) {
            proceed();
            Tensor x = (Tensor) args[0];
            edit.apply(new Values(x.shape(), x.dtype(), args[1]), this);
            return null;
        }
        if (!target.isVoid()) {
            return map(proceed(), y -> edited(y, edit));
        }
        List<Tensor> operands = operands();
        int[] versions = operands.stream().mapToInt(x -> x.storage().version()).toArray();
        proceed();
        List<Storage> done = new ArrayList<>();
        for (int i = 0; i < versions.length; i++) {
            Storage storage = operands.get(i).storage();
            if (storage.version() > versions[i] && !done.contains(storage)) {
                done.add(storage);
                inner.assign(operands.get(i), edited(operands.get(i), edit));
            }
        }
        return null;
    }

    private Tensor edited(Tensor x, Edit edit) {
        Values values = Values.of(inner, x);
        edit.apply(values, this);
        return values.upload(inner);
    }

    /** A result with every tensor in it replaced: a tensor, a record of tensors, a list of them, or nothing. */
    static Object map(Object result, UnaryOperator<Tensor> change) {
        if (result == null) {
            return null;
        }
        if (result instanceof Tensor tensor) {
            return change.apply(tensor);
        }
        if (result instanceof List<?> list) {
            return list.stream().map(part -> map(part, change)).toList();
        }
        if (result instanceof Tensor[] several) {
            return Arrays.stream(several).map(change).toArray(Tensor[]::new);
        }
        if (result instanceof Record) {
            return mapRecord(result, change);
        }
        throw new AssertionError(
                "An operation has a result of " + result.getClass() + ", which faults cannot look into");
    }

    private static Object mapRecord(Object result, UnaryOperator<Tensor> change) {
        RecordComponent[] components = result.getClass().getRecordComponents();
        Object[] parts = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        try {
            for (int i = 0; i < parts.length; i++) {
                types[i] = components[i].getType();
                parts[i] = map(components[i].getAccessor().invoke(result), change);
            }
            Constructor<?> constructor = result.getClass().getDeclaredConstructor(types);
            return constructor.newInstance(parts);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** The tensors of a result. */
    static List<Tensor> tensors(Object result) {
        List<Tensor> tensors = new ArrayList<>();
        map(result, y -> {
            tensors.add(y);
            return y;
        });
        return tensors;
    }

    /** Elements of memory outside any tensor's rights, from {@code offset} on; empty where there is no memory. */
    Tensor beside(Tensor x, long offset, int length) {
        long capacity = x.storage().bytes() / x.dtype().bytes();
        if (offset < 0 || offset + length > capacity) {
            return null;
        }
        x.storage().retain();
        return new Tensor(inner, Shape.of(length), x.dtype(), x.storage(), offset);
    }

    /** Writes without raising the version, as a stray write does. */
    void writeUnseen(Tensor place, Tensor values) {
        int version = place.storage().version();
        inner.assign(place, values);
        setVersion(place.storage(), version);
    }

    static void setVersion(Storage storage, int version) {
        try {
            Field field = Storage.class.getDeclaredField("version");
            field.setAccessible(true);
            field.setInt(storage, version);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** A tensor with the first element (of a result: wherever it is) one larger, or the other truth value. */
    Tensor disturbed(Tensor x) {
        Values values = Values.of(inner, x);
        if (values.size() > 0) {
            values.set(0, x.dtype() == DType.BOOL ? 1 - values.get(0) : values.get(0) + 1);
        }
        return values.upload(inner);
    }
}
