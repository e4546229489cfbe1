package dev.retort.nn;

import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.nn.init.Initializer;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A part of a model: parameters, buffers and children, registered by name in the constructor. Full names are dotted paths
 * in PyTorch's and detectron2's manner, as {@code bottom_up.res2.0.conv1.weight}; a module's own entries come before its
 * children's, each in the order of registration.
 *
 * <p>A forward method opens a {@link dev.retort.tensor.Scope} and keeps only its result. Modules start in training mode.
 */
public abstract class Module implements AutoCloseable {
    private final BuildContext context;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private boolean training = true;

    protected Module(BuildContext context) {
        this.context = context;
    }

    /** Registers a parameter of this module and draws its first values. */
    protected final Parameter parameter(String name, Shape shape, Initializer initializer) {
        checkFree(name);
        Parameter parameter = context.parameter(name, shape, initializer);
        parameters.put(name, parameter);
        return parameter;
    }

    /** Registers a tensor that is saved with the model and never trained. */
    protected final Tensor buffer(String name, Shape shape, Initializer initializer) {
        checkFree(name);
        Tensor buffer = context.tensor(name, shape, initializer);
        buffers.put(name, buffer);
        return buffer;
    }

    /**
     * Builds and registers a child.
     *
     * @param name may hold dots; an empty name adds the child's entries without a prefix
     */
    protected final <M extends Module> M child(String name, Function<BuildContext, M> constructor) {
        checkFree(name);
        M module = constructor.apply(context.at(name));
        children.put(name, module);
        return module;
    }

    private void checkFree(String name) {
        if (parameters.containsKey(name) || buffers.containsKey(name) || children.containsKey(name)) {
            throw new IllegalArgumentException("The name '" + name + "' is taken already in '" + context.path() + "'");
        }
    }

    /** The backend that holds the parameters. */
    public final Backend backend() {
        return context.backend();
    }

    /** The type of the parameters. */
    public final DType dtype() {
        return context.dtype();
    }

    /** All parameters by full name, in tree order. */
    public final LinkedHashMap<String, Parameter> parameters() {
        LinkedHashMap<String, Parameter> all = new LinkedHashMap<>();
        visit(
                "",
                (path, module) ->
                        module.parameters.forEach((name, value) -> all.put(BuildContext.join(path, name), value)));
        return all;
    }

    /** The parameters that an optimizer may change, in tree order: what a tape should watch. */
    public final List<Parameter> trainableParameters() {
        return parameters().values().stream().filter(Parameter::isTrainable).toList();
    }

    /** All buffers by full name, in tree order. */
    public final LinkedHashMap<String, Tensor> buffers() {
        LinkedHashMap<String, Tensor> all = new LinkedHashMap<>();
        visit(
                "",
                (path, module) ->
                        module.buffers.forEach((name, value) -> all.put(BuildContext.join(path, name), value)));
        return all;
    }

    /** Data of parameters and buffers by full name: what a checkpoint holds. Do not close them. */
    public final LinkedHashMap<String, Tensor> state() {
        LinkedHashMap<String, Tensor> all = new LinkedHashMap<>();
        visit("", (path, module) -> {
            module.parameters.forEach((name, value) -> all.put(BuildContext.join(path, name), value.data()));
            module.buffers.forEach((name, value) -> all.put(BuildContext.join(path, name), value));
        });
        return all;
    }

    /** This module and those below it that are of a type, by full name, in tree order; of two with one name the inner one. */
    public final <M extends Module> LinkedHashMap<String, M> modules(Class<M> type) {
        LinkedHashMap<String, M> all = new LinkedHashMap<>();
        visit("", (path, module) -> {
            if (type.isInstance(module)) {
                all.put(path, type.cast(module));
            }
        });
        return all;
    }

    private void visit(String path, BiConsumer<String, Module> visitor) {
        visitor.accept(path, this);
        children.forEach((name, child) -> child.visit(BuildContext.join(path, name), visitor));
    }

    /** Makes every parameter below untrainable; batch norms below use their running statistics from now on. */
    public void freeze() {
        parameters.values().forEach(parameter -> parameter.setTrainable(false));
        children.values().forEach(Module::freeze);
    }

    /** Whether batch norms take the statistics of the batch. */
    public final boolean isTraining() {
        return training;
    }

    /** Sets training or evaluation mode here and below. */
    public final void setTraining(boolean training) {
        visit("", (path, module) -> module.training = training);
    }

    /**
     * Runs {@code forward}, a part of this module, so that a tape which watches any of this module's parameters, or tracks x,
     * keeps x alone and computes the part once more for its gradient: {@link Tape#checkpoint}. Without a tape it just runs.
     */
    public final Tensor checkpointed(UnaryOperator<Tensor> forward, Tensor x) {
        return Tape.checkpoint(parameters().values(), forward, x);
    }

    /** Gives the memory of parameters and buffers back. */
    @Override
    public void close() {
        parameters.values().forEach(Parameter::close);
        buffers.values().forEach(Tensor::close);
        children.values().forEach(Module::close);
    }
}
