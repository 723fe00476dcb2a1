/* Graphs made of ONNX models: names, constants, types, orders, bodies, functions. */
#include "unit/onnx_bytes.h"

#include "exchange/wire.h"

/* ---- Stored tensors ------------------------------------------------------------------ */

static Bytes constant(const char *output, Bytes value)
{
    Bytes made = node("Constant", "", output);
    put(&made, 5, value);
    return made;
}

static void expect_constant(const char *name, int rank, const int64_t *sizes, int element)
{
    const TdiTensor *t = find(name);
    expect_shape(t, rank, sizes);
    assert_true(t->stored && t->constant && t->producer == -1 && t->alias == -1);
    assert_int_equal(t->element, element);
}

static void test_constants(void **state)
{
    Bytes made = {0}, value = attribute("value", 4), number = tensor("", 7, SIZES(2)),
          ints = attribute("value_ints", 7), real = attribute("value_float", 1),
          reals = attribute("value_floats", 6), words = attribute("value_string", 3),
          zero = attribute("value_int", 2), old = attribute("value_ints", 0);
    (void)state;
    put_block(&number, 7, "\5\6", 2);
    put(&value, 5, number);
    put_whole(&ints, 8, 3);
    put_block(&ints, 8, "\1\2", 2);
    put_float(&real, 2, 0.5f);
    put_float(&reals, 7, 0.25f);
    put_words(&words, 4, "hello");
    put_whole(&old, 8, 9);
    put(&made, 1, constant("a", value));
    put(&made, 1, constant("b", attribute_whole("value_int", -3)));
    put(&made, 1, constant("c", ints));
    put(&made, 1, constant("d", real));
    put(&made, 1, constant("e", reals));
    put(&made, 1, constant("f", words));
    put(&made, 1, constant("g", zero));
    put(&made, 1, constant("h", old));
    read_graph(made);
    assert_int_equal(graph.operator_count, 0);
    assert_int_equal(graph.nodes, 8);
    expect_constant("a", SIZES(2), 7);
    expect_constant("b", 0, NULL, 7);
    expect_constant("c", SIZES(3), 7);
    expect_constant("d", 0, NULL, 1);
    expect_constant("e", SIZES(1), 1);
    expect_constant("f", 0, NULL, 8);
    expect_constant("g", 0, NULL, 7);
    expect_constant("h", SIZES(1), 7);
    assert_true(find("a")->whole[1] == 6 && find("b")->whole[0] == -3);
    assert_true(find("c")->whole[0] == 3 && find("c")->whole[2] == 2);
    assert_true(find("d")->real[0] == 0.5 && find("e")->real[0] == 0.25);
    assert_true(find("g")->numbers == 1 && find("g")->whole[0] == 0);
    tdi_graph_free(&graph);
}

static void test_aliases(void **state)
{
    Bytes made = {0};
    (void)state;
    put(&made, 5, tensor("w", 1, SIZES(7)));
    put(&made, 11, end_named("x"));
    put(&made, 1, node("Identity", "w", "v"));
    put(&made, 1, node("Identity", "v", "u"));
    put(&made, 1, node("Identity", "x", "y"));
    put(&made, 12, end_named("y"));
    put(&made, 12, end_named("u"));
    read_graph(made);
    expect_types("Identity");
    assert_int_equal(graph.nodes, 3);
    assert_ptr_equal(&graph.tensors[find("v")->alias], find("w"));
    assert_ptr_equal(&graph.tensors[find("u")->alias], find("w"));
    assert_true(find("u")->stored && !find("u")->constant && !find("y")->stored);
    expect_shape(find("u"), SIZES(7));
    assert_int_equal(graph.output_count, 2);
    tdi_graph_free(&graph);
}

/* ---- Types --------------------------------------------------------------------------- */

static void test_inputs(void **state)
{
    Bytes made = {0};
    (void)state;
    put(&made, 5, tensor("w", 1, SIZES(7)));
    put(&made, 11, value_info("a", 1, SIZES(-1, -1, 5), NULL));
    put(&made, 11, value_info("b", 7, SIZES(0, 0, 5), NULL));
    put(&made, 11, value_info("c", 1, SIZES(4, 3), NULL));
    put(&made, 11, value_info("w", 1, SIZES(7), NULL));
    put(&made, 11, value_info("d", 1, 0, NULL, NULL));
    put(&made, 11, value_info("e", 1, -1, NULL, NULL));
    put(&made, 11, value_info("f", 1, SIZES(1, 2, 3, 4, 5, 6, 7, 8, 9), NULL));
    read_graph(made);
    assert_int_equal(graph.input_count, 6);
    expect_shape(find("a"), SIZES(1, -1, 5));
    expect_shape(find("b"), SIZES(1, -1, 5));
    expect_shape(find("c"), SIZES(4, 3));
    expect_shape(find("d"), 0, NULL);
    expect_shape(find("e"), -1, NULL);
    expect_shape(find("f"), -1, NULL);
    assert_int_equal(find("b")->element, TDI_ELEMENT_INT64);
    tdi_graph_free(&graph);
}

/* What the file says of inner tensors; the name of the batch is 1 in them as well. */
static void test_stated_types(void **state)
{
    Bytes made = {0};
    (void)state;
    put(&made, 11, value_info("x", 1, SIZES(-1, 3), "N"));
    put(&made, 1, node("Mystery", "x", "a b"));
    put(&made, 1, node("Mystery", "b -", "y"));
    put(&made, 13, value_info("a", 7, SIZES(-1, 5), "N"));
    put(&made, 13, value_info("b", 1, SIZES(-1, 5), "M"));
    put(&made, 12, value_info("y", 9, SIZES(6), NULL));
    read_graph(made);
    expect_shape(find("a"), SIZES(1, 5));
    expect_shape(find("b"), SIZES(-1, 5));
    expect_shape(find("y"), SIZES(6));
    assert_int_equal(find("a")->element, TDI_ELEMENT_INT64);
    assert_int_equal(find("y")->element, TDI_ELEMENT_BOOL);
    assert_int_equal(graph.operators[1].input_count, 2);
    assert_int_equal(graph.operators[1].inputs[1], -1);
    assert_int_equal(graph.operators[0].op, TDI_OP_UNKNOWN);
    tdi_graph_free(&graph);
}

/* ---- Attributes and domains ---------------------------------------------------------- */

static void test_attributes(void **state)
{
    Bytes made = {0}, own = node("Mystery", "", "y"), reals = attribute("reals", 6),
          words = attribute("words", 8), big = attribute("big", 7), word = attribute("word", 3);
    (void)state;
    put_float(&reals, 7, 1.5f);
    put_block(&reals, 7, "\0\0\0\x3f", 4);
    put_words(&words, 9, "Tanh");
    put_words(&words, 9, "Relu");
    put_words(&word, 4, "SAME_UPPER");
    for (int i = 0; i < 1025; i++)
        put_whole(&big, 8, 1);
    put(&own, 5, reals);
    put(&own, 5, words);
    put(&own, 5, big);
    put(&own, 5, word);
    put(&own, 5, attribute("zero", 2));
    put(&own, 5, attribute("none", 7));
    put(&own, 5, attribute_whole("minus", -1));
    put_words(&own, 7, "somebody.else");
    put(&made, 1, own);
    read_graph(made);
    const TdiOperator *op = &graph.operators[0];
    assert_string_equal(op->domain, "somebody.else");
    assert_int_equal(op->attribute_count, 6);
    assert_true(tdi_attribute(op, "reals")->real[0] == 1.5);
    assert_true(tdi_attribute(op, "reals")->real[1] == 0.5);
    assert_string_equal(tdi_attribute_words(op, "words", ""), "Tanh,Relu");
    assert_string_equal(tdi_attribute_words(op, "word", ""), "SAME_UPPER");
    assert_null(tdi_attribute(op, "big"));
    assert_int_equal(tdi_attribute_whole(op, "zero", 5), 0);
    assert_int_equal(tdi_attribute_whole(op, "none", 5), 5);
    assert_int_equal(tdi_attribute_whole(op, "minus", 5), -1);
    tdi_graph_free(&graph);
}

static TdiOp op_in_domain(const char *domain)
{
    Bytes made = {0}, own = node("Relu", "x", "y");
    put(&made, 11, end_named("x"));
    if (domain != NULL)
        put_words(&own, 7, domain);
    put(&made, 1, own);
    read_graph(made);
    TdiOp op = graph.operators[0].op;
    assert_string_equal(graph.operators[0].type, "Relu");
    tdi_graph_free(&graph);
    return op;
}

static void test_domains(void **state)
{
    TdiOp relu = tdi_op_find("Relu", 4);
    (void)state;
    assert_true(relu != TDI_OP_UNKNOWN);
    assert_int_equal(op_in_domain(NULL), relu);
    assert_int_equal(op_in_domain(""), relu);
    assert_int_equal(op_in_domain("ai.onnx"), relu);
    assert_int_equal(op_in_domain("com.microsoft"), relu);
    assert_int_equal(op_in_domain("ai.onnx.ml"), TDI_OP_UNKNOWN);
}

static void test_value_of_shape(void **state)
{
    Bytes made = {0}, own = node("ConstantOfShape", "x", "y"), value = attribute("value", 4),
          number = tensor("", 7, SIZES(1));
    (void)state;
    put_block(&number, 7, "\x2a", 1);
    put(&value, 5, number);
    put(&own, 5, value);
    put(&made, 11, end_named("x"));
    put(&made, 1, own);
    read_graph(made);
    assert_int_equal(tdi_attribute_whole(&graph.operators[0], "value", 0), 42);
    tdi_graph_free(&graph);
}

/* What files call things may not reach a terminal as it is. */
static void test_dirty_names(void **state)
{
    Bytes made = {0}, own = node("Mystery", "", "y");
    (void)state;
    put_words(&own, 3, "a\x1b[31m\xff\n");
    put_words(&made, 2, "g\n");
    put(&made, 1, own);
    read_graph(made);
    assert_string_equal(graph.operators[0].name, "a?[31m??");
    assert_string_equal(graph.name, "g?");
    tdi_graph_free(&graph);
}

/* ---- Order and names ----------------------------------------------------------------- */

/* "A(x)=y z;B(y)=w": nodes of types A and B. */
static Bytes nodes_of(const char *text)
{
    Bytes made = {0};
    char type[16], inputs[64], outputs[64];
    while (*text != '\0') {
        int length = 0;
        inputs[0] = outputs[0] = '\0';
        if (sscanf(text, "%15[^(](%63[^)])=%63[^;]%n", type, inputs, outputs, &length) < 3)
            fail_msg("%s", text);
        put(&made, 1, node(type, inputs, outputs));
        text += length;
        text += *text == ';';
    }
    return made;
}

static Bytes fed_nodes_of(const char *text)
{
    Bytes made = nodes_of(text);
    put(&made, 11, end_named("x"));
    return made;
}

static void test_order(void **state)
{
    (void)state;
    read_graph(fed_nodes_of("A(x)=a;B(a)=b;C(a b)=c"));
    expect_types("A B C");
    tdi_graph_free(&graph);
    read_graph(fed_nodes_of("C(a b)=c;D(x)=d;B(a)=b;A(x)=a;E(d)=e"));
    expect_types("A B C D E");
    for (int i = 0; i < graph.operator_count; i++)
        for (int k = 0; k < graph.operators[i].input_count; k++)
            assert_true(graph.tensors[graph.operators[i].inputs[k]].producer < i);
    tdi_graph_free(&graph);
    expect_failure(model(fed_nodes_of("A(x)=a;B(c)=b;C(b)=c")), "a cycle");
    expect_failure(model(fed_nodes_of("A(a)=a")), "node \"a\" (A) waits for its own output");
}

/* The longest way through an order that is all wrong. */
static void test_long_order(void **state)
{
    enum { COUNT = 20000 };
    Bytes made = {0};
    (void)state;
    for (int i = COUNT; i > 0; i--) {
        char from[16], to[16];
        snprintf(from, sizeof from, "t%d", i - 1);
        snprintf(to, sizeof to, "t%d", i);
        put(&made, 1, node("A", from, to));
    }
    put(&made, 11, end_named("t0"));
    read_graph(made);
    assert_int_equal(graph.operator_count, COUNT);
    assert_int_equal(find("t20000")->producer, COUNT - 1);
    tdi_graph_free(&graph);
}

static void test_names(void **state)
{
    Bytes given = fed_nodes_of("A(x)=w"), twice = fed_nodes_of("A(x)=a"), none = {0},
          stored = {0}, inputs = fed_nodes_of("A(x)=a"), nameless = fed_nodes_of("A(x)=a"),
          typeless = {0}, attributeless = {0}, own = node("A", "x", "b");
    (void)state;
    expect_failure(model(fed_nodes_of("A(x)=a;B(x)=b;C(x)=a")),
                   "node \"a\" (C) makes what was there before: \"a\"");
    expect_failure(model(fed_nodes_of("A(x)=x")), "makes what was there before: \"x\"");
    expect_failure(model(fed_nodes_of("A(x)=a;B(q)=b")),
                   "node \"b\" (B) takes what nothing makes: \"q\"");
    put(&given, 5, tensor("w", 1, SIZES(1)));
    expect_failure(model(given), "makes what was there before: \"w\"");
    put(&twice, 12, end_named("q"));
    expect_failure(model(twice), "\"q\" is an output that nothing makes");
    put(&stored, 5, tensor("w", 1, SIZES(1)));
    put(&stored, 5, tensor("w", 1, SIZES(1)));
    expect_failure(model(stored), "\"w\" is made twice");
    put(&inputs, 11, end_named("x"));
    expect_failure(model(inputs), "\"x\" is made twice");
    put(&nameless, 11, end_named(""));
    expect_failure(model(nameless), "without a name");
    put(&typeless, 1, none);
    expect_failure(model(typeless), "without a type");
    put(&own, 5, (Bytes){0});
    put(&attributeless, 1, own);
    expect_failure(model(attributeless), "attribute without a name");
}

/* ---- Bodies -------------------------------------------------------------------------- */

static Bytes branch(const char *condition, const char *output, Bytes then, Bytes otherwise)
{
    Bytes made = node("If", condition, output);
    put(&made, 5, attribute_graph("then_branch", then));
    put(&made, 5, attribute_graph("else_branch", otherwise));
    return made;
}

/* A body that gives `output`. */
static Bytes body_of(const char *nodes, const char *output)
{
    Bytes made = nodes_of(nodes);
    put(&made, 12, end_named(output));
    return made;
}

static void test_bodies(void **state)
{
    Bytes made = {0}, inner = {0};
    (void)state;
    put(&inner, 1, branch("c", "i", body_of("D(w t v)=j", "j"), body_of("E(x)=k", "k")));
    put(&inner, 1, node("F", "w i", "t2"));
    put(&inner, 12, end_named("t2"));
    put(&inner, 11, end_named("t"));
    put(&made, 5, tensor("w", 1, SIZES(3, 4)));
    put(&made, 11, value_info("x", 1, SIZES(1, 3), NULL));
    put(&made, 11, value_info("c", 9, 0, NULL, NULL));
    put(&made, 1, node("Identity", "w", "v"));
    put(&made, 1, branch("c", "y", inner, body_of("Identity(w)=z", "z")));
    put(&made, 12, end_named("y"));
    read_graph(made);
    expect_types("If");
    assert_int_equal(graph.nodes, 7);
    const TdiOperator *op = &graph.operators[0];
    assert_int_equal(op->body_count, 2);
    const TdiGraph *then = op->bodies[0], *deep = then->operators[0].bodies[0];
    assert_int_equal(then->nodes, 4);
    assert_int_equal(then->input_count, 1);
    assert_string_equal(then->tensors[then->inputs[0]].name, "t");
    const TdiTensor *w = find_in(then, "w"), *w2 = find_in(deep, "w"), *v = find_in(deep, "v");
    assert_ptr_equal(&graph.tensors[w->outer], find("w"));
    assert_ptr_equal(&then->tensors[w2->outer], w);
    assert_true(w->stored && w2->stored && v->stored && v->alias == -1);
    assert_ptr_equal(&graph.tensors[find_in(then, "v")->outer], find("w"));
    expect_shape(w2, SIZES(3, 4));
    assert_int_equal(find_in(deep, "t")->outer, then->inputs[0]);
    assert_int_equal(find_in(deep, "t")->producer, -1);
    assert_int_equal(op->bodies[1]->operator_count, 0); /* an alias of what lies outside */
    assert_int_equal(op->bodies[1]->output_count, 1);
    tdi_graph_free(&graph);
}

static Bytes body_with_inputs(const char *inputs)
{
    Bytes made = {0};
    for (; *inputs != '\0'; inputs++)
        put(&made, 11, end_named((char[]){*inputs, '\0'}));
    return made;
}

/* What bodies do not say of their inputs. */
static void test_inputs_of_bodies(void **state)
{
    Bytes made = {0}, loop = node("Loop", "k - x", "y"), scan = node("Scan", "x k x", "z"),
          axes = attribute("scan_input_axes", 7);
    (void)state;
    put_block(&axes, 8, "\0\2", 2);
    put(&loop, 5, attribute_graph("body", body_with_inputs("icv")));
    put(&scan, 5, attribute_graph("body", body_with_inputs("stu")));
    put(&scan, 5, attribute_whole("num_scan_inputs", 2));
    put(&scan, 5, axes);
    put(&made, 11, value_info("x", 1, SIZES(5, 6, 7), NULL));
    put(&made, 11, value_info("k", 7, 0, NULL, NULL));
    put(&made, 1, loop);
    put(&made, 1, scan);
    read_graph(made);
    const TdiGraph *body = graph.operators[0].bodies[0], *slice = graph.operators[1].bodies[0];
    expect_shape(&body->tensors[0], 0, NULL);
    expect_shape(&body->tensors[1], 0, NULL);
    expect_shape(&body->tensors[2], -1, NULL);
    assert_int_equal(body->tensors[0].element, TDI_ELEMENT_INT64);
    assert_int_equal(body->tensors[1].element, TDI_ELEMENT_BOOL);
    assert_int_equal(body->tensors[2].element, TDI_ELEMENT_FLOAT);
    expect_shape(&slice->tensors[0], SIZES(5, 6, 7));
    expect_shape(&slice->tensors[1], -1, NULL); /* a single number cannot be scanned */
    expect_shape(&slice->tensors[2], SIZES(5, 6));
    tdi_graph_free(&graph);
}

/* What a body uses is made first; a body's own name hides one outside. */
static void test_order_of_bodies(void **state)
{
    Bytes made = fed_nodes_of(""), other = fed_nodes_of(""), wrong = fed_nodes_of("");
    (void)state;
    put(&made, 1, branch("x", "y", body_of("B(late)=z", "z"), body_of("C(x)=u", "u")));
    put(&made, 1, node("A", "x", "late"));
    read_graph(made);
    expect_types("A If");
    tdi_graph_free(&graph);
    put(&other, 1, branch("x", "y", body_of("B(x)=y", "y"), body_of("C(x)=y", "y")));
    read_graph(other);
    expect_types("If");
    tdi_graph_free(&graph);
    put(&wrong, 1, branch("x", "y", body_of("B(y)=z", "z"), body_of("C(x)=u", "u")));
    expect_failure(model(wrong), "a cycle");
}

static void test_broken_bodies(void **state)
{
    Bytes made = fed_nodes_of(""), unknown = fed_nodes_of("");
    (void)state;
    put(&made, 1, branch("x", "y", body_of("B(x)=z", "z"), body_of("C(x)=u;D(x)=u", "u")));
    expect_failure(model(made), "node \"u\" (D) makes what was there before");
    put(&unknown, 1, branch("x", "y", body_of("B(x)=z", "z"), body_of("C(q)=u", "u")));
    expect_failure(model(unknown), "takes what nothing makes: \"q\"");
}

/* ---- Functions ----------------------------------------------------------------------- */

static Bytes function(const char *name, const char *inputs, const char *outputs, Bytes nodes)
{
    Bytes made = {0};
    TdiWire rest = {nodes.data, nodes.data + nodes.size, NULL};
    TdiField field;
    put_words(&made, 1, name);
    put_list(&made, 4, inputs);
    put_list(&made, 5, outputs);
    put_words(&made, 10, "own");
    while (tdi_wire_next(&rest, &field)) /* as a graph has them */
        put_block(&made, 7, field.bytes.at, (size_t)(field.bytes.end - field.bytes.at));
    free(nodes.data);
    return made;
}

static Bytes call(const char *name, const char *inputs, const char *outputs)
{
    Bytes made = node(name, inputs, outputs);
    put_words(&made, 7, "own");
    return made;
}

static void test_functions(void **state)
{
    Bytes made = fed_nodes_of(""), whole, inner = nodes_of("A(p q)=r;B(r)=s"), outer = {0};
    (void)state;
    put(&outer, 1, node("C", "a", "b"));
    put(&outer, 1, call("inner", "b", "d"));
    put(&made, 1, call("outer", "x", "y"));
    put(&made, 1, call("inner", "x y", "z"));
    put(&made, 13, value_info("z", 1, SIZES(9), NULL));
    put(&made, 12, end_named("z"));
    whole = model(made);
    put(&whole, 25, function("inner", "p q", "s", inner));
    put(&whole, 25, function("outer", "a", "d", outer));
    assert_int_equal(read_model(whole), TD_OK);
    expect_types("C A B A B");
    assert_int_equal(graph.nodes, 2);
    assert_int_equal(graph.operators[1].inputs[1], -1); /* q was left out */
    assert_int_equal(graph.operators[3].inputs[1], graph.operators[2].outputs[0]);
    const TdiTensor *end = &graph.tensors[graph.outputs[0]];
    assert_int_equal(end->producer, 4);
    expect_shape(end, SIZES(9));
    tdi_graph_free(&graph);
}

/* References to attributes of the call, to defaults, to nothing. */
static void test_references(void **state)
{
    Bytes made = fed_nodes_of(""), called = call("f", "x", "y"), inside = {0}, whole, made_f,
          own = node("A", "p", "q"), number = node("Constant", "", "k");
    (void)state;
    put(&own, 5, attribute_reference("axis", 2, "at"));
    put(&own, 5, attribute_reference("mode", 2, "how"));
    put(&own, 5, attribute_reference("size", 2, "missing"));
    put(&own, 5, attribute_whole("group", 4));
    put(&number, 5, attribute_reference("value_int", 2, "at"));
    put(&inside, 1, own);
    put(&inside, 1, number);
    put(&called, 5, attribute_whole("at", 7));
    put(&made, 1, called);
    made_f = function("f", "p", "q", inside);
    put(&made_f, 11, attribute_whole("how", 9));
    put(&made_f, 11, attribute_whole("at", 1));
    whole = model(made);
    put(&whole, 25, made_f);
    assert_int_equal(read_model(whole), TD_OK);
    const TdiOperator *op = &graph.operators[0];
    assert_int_equal(tdi_attribute_whole(op, "axis", 0), 7);
    assert_int_equal(tdi_attribute_whole(op, "mode", 0), 9);
    assert_null(tdi_attribute(op, "size"));
    assert_int_equal(tdi_attribute_whole(op, "group", 0), 4);
    assert_int_equal(find("k")->whole[0], 7);
    tdi_graph_free(&graph);
}

/* Calls in bodies, bodies in functions. */
static void test_functions_and_bodies(void **state)
{
    Bytes made = fed_nodes_of(""), then = {0}, inside = {0}, whole;
    (void)state;
    put(&then, 1, call("f", "x", "t"));
    put(&then, 12, end_named("t"));
    put(&inside, 1, branch("p", "q", body_of("A(p)=a", "a"), body_of("B(p)=b", "b")));
    put(&made, 1, branch("x", "y", then, body_of("C(x)=c", "c")));
    whole = model(made);
    put(&whole, 25, function("f", "p", "q", inside));
    assert_int_equal(read_model(whole), TD_OK);
    const TdiGraph *body = graph.operators[0].bodies[0];
    assert_string_equal(body->operators[0].type, "If");
    const TdiGraph *deep = body->operators[0].bodies[0];
    assert_string_equal(deep->operators[0].type, "A");
    assert_ptr_equal(&body->tensors[find_in(deep, "p")->outer], find_in(body, "x"));
    tdi_graph_free(&graph);
}

/* One that calls itself, and a chain that doubles at each step, stay single operators. */
static void test_endless_functions(void **state)
{
    Bytes made = fed_nodes_of(""), again = {0}, whole;
    (void)state;
    put(&again, 1, call("again", "p", "q"));
    put(&made, 1, call("again", "x", "y"));
    put(&made, 1, call("f40", "x", "z"));
    put(&made, 1, call("f10", "x", "u"));
    whole = model(made);
    put(&whole, 25, function("again", "p", "q", again));
    put(&whole, 25, function("f0", "p", "q", nodes_of("A(p)=q")));
    for (int i = 1; i <= 40; i++) {
        Bytes inside = {0};
        char name[8], other[8];
        snprintf(name, sizeof name, "f%d", i);
        snprintf(other, sizeof other, "f%d", i - 1);
        put(&inside, 1, call(other, "p", "r"));
        put(&inside, 1, call(other, "r", "q"));
        put(&whole, 25, function(name, "p", "q", inside));
    }
    assert_int_equal(read_model(whole), TD_OK);
    assert_int_equal(graph.operator_count, 2 + 1024);
    assert_string_equal(graph.operators[0].type, "again");
    assert_string_equal(graph.operators[0].domain, "own");
    assert_string_equal(graph.operators[1].type, "f40");
    assert_string_equal(graph.operators[2].type, "A");
    tdi_graph_free(&graph);
}

static void test_broken_functions(void **state)
{
    Bytes many = fed_nodes_of(""), missing = fed_nodes_of(""), whole;
    (void)state;
    put(&many, 1, call("f", "x", "y z"));
    whole = model(many);
    put(&whole, 25, function("f", "p", "q", nodes_of("A(p)=q")));
    expect_failure(whole, "more outputs than the function");
    put(&missing, 1, call("f", "x", "y"));
    whole = model(missing);
    put(&whole, 25, function("f", "p", "r", nodes_of("A(p)=q")));
    expect_failure(whole, "never makes its output \"r\"");
}

/* ---- All of it ----------------------------------------------------------------------- */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constants),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_inputs),
        cmocka_unit_test(test_stated_types),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_domains),
        cmocka_unit_test(test_value_of_shape),
        cmocka_unit_test(test_dirty_names),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_long_order),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_inputs_of_bodies),
        cmocka_unit_test(test_order_of_bodies),
        cmocka_unit_test(test_broken_bodies),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_functions_and_bodies),
        cmocka_unit_test(test_endless_functions),
        cmocka_unit_test(test_broken_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
