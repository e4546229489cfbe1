package dev.retort.testkit.conformance.faults;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;

/**
 * Any backend with one fault in it. Every method of the interface is intercepted, so that operations of tomorrow need nothing
 * here: operands are handed to the inner backend as tensors of its own on the same memory, results come back as tensors of
 * this one. A composed operation goes to the inner backend as a whole, whether that overrides it or not; a fault in it is thus
 * the fault of a fused kernel.
 */
final class FaultyBackend implements InvocationHandler {
    private final Backend inner;
    private final Fault.Plant plant;
    private final Target target;
    private final Past past = new Past();

    private FaultyBackend(Backend inner, Target target, Fault.Plant plant) {
        this.inner = inner;
        this.target = target;
        this.plant = plant;
    }

    /** {@code inner} with a fault. */
    static Backend with(Backend inner, Fault fault) {
        FaultyBackend faulty = new FaultyBackend(inner, fault.target(), fault.plant());
        if (fault.kind().remembers()) {
            faulty.past.rememberContents();
        }
        return faulty.proxy();
    }

    /** {@code inner} with every operation observed. */
    static Backend observed(Backend inner, Fault.Plant observer) {
        return new FaultyBackend(inner, null, observer).proxy();
    }

    private Backend proxy() {
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, this);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
        if (Target.isOperation(method)) {
            return operation((Backend) proxy, method, args);
        }
        if (Target.isConvenience(method)) {
            return InvocationHandler.invokeDefault(proxy, method, args);
        }
        return switch (method.getName()) {
            case "root" -> proxy;
            case "depth" -> 0;
            case "equals" -> proxy == args[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "supports" ->
                plant.supports(
                        inner.supports((Operation) args[0], (DType) args[1]), (Operation) args[0], (DType) args[1]);
            default -> forward(method, args);
        };
    }

    private Object forward(Method method, Object[] args) throws Throwable {
        try {
            return method.invoke(inner, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Object operation(Backend outer, Method method, Object[] args) throws Throwable {
        try (Scope scope = Scope.open()) {
            Object[] unwrapped = Arrays.stream(args).map(this::unwrap).toArray();
            Call call = new Call(inner, Target.of(method, args), unwrapped, past);
            boolean planted = target == null || target.equals(call.target());
            Object result = planted ? plant.answer(call) : call.proceed();
            Call.tensors(result).forEach(y -> past.made(inner, y));
            return Call.map(result, y -> scope.keep(on(outer, y)));
        }
    }

    private Object unwrap(Object argument) {
        if (argument instanceof Tensor tensor) {
            return on(inner, tensor);
        }
        return argument instanceof Tensor[] several
                ? Arrays.stream(several).map(x -> on(inner, x)).toArray(Tensor[]::new)
                : argument;
    }

    /** The same memory as a tensor of {@code backend}. */
    private static Tensor on(Backend backend, Tensor x) {
        x.storage().retain();
        return new Tensor(backend, x.shape(), x.dtype(), x.storage(), x.offset());
    }
}
