/* Groups of operators that are one thing, as exporters write them out: each is found, and is
 * not where somebody else takes from within. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/made_graphs.h"

/* ---- Expressions --------------------------------------------------------------------- */

/* Statements "a=Mul(x,#); Add(a,y)": the last one is the result. Letters that nothing was given
 * to are inputs; # is a stored number, w a stored vector, s the axes or sizes of an operator.
 * "abc=Split(x)" names all outputs. */
typedef struct Reader {
    TdiGraph *graph;
    const char *at;
    int letter[26]; /* tensors, -1: none yet */
} Reader;

static void skip_spaces(Reader *reader)
{
    while (*reader->at == ' ')
        reader->at++;
}

static int read_letter(Reader *reader)
{
    char name[2] = {*reader->at++, '\0'};
    int *letter = &reader->letter[name[0] - 'a'];
    if (name[0] == 'w')
        return add_stored(reader->graph, SIZES(16));
    if (name[0] == 's')
        return add_whole(reader->graph, SIZES(0));
    if (*letter < 0)
        *letter = add_input(reader->graph, name, SIZES(1, 16, 16, 16));
    return *letter;
}

static int read_expression(Reader *reader, int outputs)
{
    char type[32] = "";
    int inputs[8], count = 0, length = 0;
    skip_spaces(reader);
    if (*reader->at == '#') {
        reader->at++;
        return add_number(reader->graph, 1);
    }
    if (islower((unsigned char)*reader->at))
        return read_letter(reader);
    while (isalnum((unsigned char)*reader->at))
        type[length++] = *reader->at++;
    assert_int_equal(*reader->at, '(');
    while (*reader->at != ')') {
        reader->at++; /* the parenthesis or a comma */
        inputs[count++] = read_expression(reader, 1);
        skip_spaces(reader);
    }
    reader->at++;
    return add_full(reader->graph, type, count, inputs, 0, NULL, outputs);
}

static bool is_assignment(const char *at)
{
    return islower((unsigned char)*at) && at[strspn(at, "abcdefghijklmnopqrstuvwxyz")] == '=';
}

/* The graph of an expression; the tensor that is the result is given out. */
static void read_graph(const char *expression, TdiGraph *graph)
{
    Reader reader = {.graph = graph, .at = expression};
    *graph = (TdiGraph){0};
    memset(reader.letter, -1, sizeof reader.letter);
    for (;;) {
        skip_spaces(&reader);
        const char *names = reader.at;
        if (!is_assignment(names))
            break;
        int count = (int)(strchr(names, '=') - names);
        reader.at += count + 1;
        int first = read_expression(&reader, count);
        for (int i = 0; i < count; i++)
            reader.letter[names[i] - 'a'] = first + i;
        assert_int_equal(*reader.at++, ';');
    }
    tdi_graph_output(graph, read_expression(&reader, 1));
    assert_int_equal(*reader.at, '\0');
}

/* ---- What is found ------------------------------------------------------------------- */

static int count_layers(TdiGraph *graph, const char *what)
{
    Made made;
    int count = 0;
    make(graph, TDI_FOLDED, &made);
    for (int i = 0; i < made.layers.count; i++)
        count += strcmp(made.layers.layers[i].what, what) == 0;
    count += made.layers.count << 8;
    unmake(&made);
    return count;
}

/* From which operator on what is computed is the same already, before it is scaled. */
static int where_whole(const TdiGraph *graph, const char *what)
{
    int i = 0;
    while (i + 1 < graph->operator_count &&
           (strcmp(what, "layer norm") != 0 || strcmp(graph->operators[i].type, "Div") != 0))
        i++;
    return i;
}

/* The expression is one layer; it is none if any of its operators but the last gives to others,
 * too. */
static void expect_pattern(const char *what, const char *expression)
{
    TdiGraph graph;
    read_graph(expression, &graph);
    if (count_layers(&graph, what) != (1 << 8 | 1))
        fail_msg("%s is no %s", expression, what);
    int operators = graph.operator_count;
    tdi_graph_free(&graph);
    for (int i = 0; i + 1 < operators; i++) {
        read_graph(expression, &graph);
        int tensor = graph.operators[i].outputs[0];
        bool whole = i >= where_whole(&graph, what);
        tdi_graph_output(&graph, tensor);
        int found = count_layers(&graph, what);
        if ((found & 255) != whole || found >> 8 < 2)
            fail_msg("%s is %s, though %s is taken", expression, what, graph.operators[i].type);
        tdi_graph_free(&graph);
    }
}

/* Behind a convolution it is joined to it. */
static void expect_joined(const char *name, bool norm, const char *expression)
{
    TdiGraph graph;
    Made made;
    read_graph(expression, &graph);
    make(&graph, TDI_FOLDED, &made);
    assert_int_equal(made.layers.count, 1);
    const TdiLayer *layer = &made.layers.layers[0];
    assert_int_equal(layer->kind, TDI_KIND_CONVOLUTION);
    assert_string_equal(norm ? layer->norm : layer->act, name);
    assert_int_equal(layer->operators, graph.operator_count);
    unmake(&made);
    tdi_graph_free(&graph);
}

static void test_activations(void **state)
{
    (void)state;
    expect_pattern("silu", "Mul(x,Sigmoid(x))");
    expect_pattern("silu", "Mul(Sigmoid(x),x)");
    expect_pattern("hard-swish", "Mul(x,HardSigmoid(x))");
    expect_pattern("hard-swish", "Div(Mul(x,Clip(Add(x,#),#,#)),#)");
    expect_pattern("hard-swish", "Mul(x,Div(Clip(Add(#,x),#,#),#))");
    expect_pattern("hard-sigmoid", "Div(Clip(Add(x,#),#,#),#)");
    expect_pattern("mish", "Mul(x,Tanh(Softplus(x)))");
    expect_pattern("gelu", "Mul(Mul(x,Add(Erf(Div(x,#)),#)),#)");
    expect_pattern("gelu", "Mul(#,Mul(Add(#,Erf(Mul(#,x))),x))");
    expect_pattern("gelu", "Mul(Mul(#,x),Add(#,Erf(Div(x,#))))");
    expect_pattern("gelu", "Mul(x,Mul(Add(Erf(Div(x,#)),#),#))");
    expect_pattern("gelu", "Mul(Mul(x,#),Add(Tanh(Mul(Add(x,Mul(Pow(x,#),#)),#)),#))");
    expect_pattern("gelu", "Mul(#,Mul(x,Add(#,Tanh(Mul(#,Add(x,Mul(#,Pow(x,#))))))))");
    expect_pattern("gelu", "Mul(Mul(x,#),Add(Tanh(Mul(Add(x,Mul(Mul(Mul(x,x),x),#)),#)),#))");
    expect_pattern("quick-gelu", "Mul(x,Sigmoid(Mul(x,#)))");
    expect_joined("silu", false, "c=Conv(x,w); Mul(c,Sigmoid(c))");
    expect_joined("gelu", false, "c=Conv(x,w); Mul(Mul(c,Add(Erf(Div(c,#)),#)),#)");
}

static void test_norms(void **state)
{
    (void)state;
    expect_pattern("layer norm", "d=Sub(x,ReduceMean(x)); "
                                 "Add(Mul(Div(d,Sqrt(Add(ReduceMean(Pow(d,#)),#))),w),w)");
    expect_pattern("layer norm", "d=Sub(x,ReduceMean(x)); "
                                 "Add(Mul(w,Div(d,Sqrt(Add(ReduceMean(Mul(d,d)),#)))),w)");
    expect_pattern("layer norm",
                   "d=Sub(x,ReduceMean(x)); Div(d,Sqrt(Add(ReduceMean(Pow(d,#)),#)))");
    expect_pattern("layer norm", "d=Sub(x,ReduceMean(x)); "
                                 "Mul(Div(d,Sqrt(Add(ReduceMean(Pow(d,#)),#))),w)");
    expect_pattern("layer norm", /* written without sharing */
                   "Div(Sub(x,ReduceMean(x)),Sqrt(Add(ReduceMean(Pow(Sub(x,ReduceMean(x)),#)),"
                   "#)))");
    expect_pattern("RMS norm", "Mul(Mul(x,Reciprocal(Sqrt(Add(ReduceMean(Pow(x,#)),#)))),w)");
    expect_pattern("RMS norm", "Mul(w,Mul(x,Div(#,Sqrt(Add(ReduceMean(Pow(x,#)),#)))))");
    expect_pattern("RMS norm", "Mul(Div(x,Sqrt(Add(#,ReduceMean(Pow(x,#))))),w)");
    expect_pattern("group norm", "Add(Mul(Reshape(InstanceNormalization(Reshape(x,s),w,w),s),w)"
                                 ",w)");
    expect_joined("batch norm", true, "BatchNormalization(Conv(x,w),w,w,w,w)");
}

/* What looks alike but is not. */
static void test_no_patterns(void **state)
{
    static const char *const expressions[][2] = {
        {"silu", "Mul(y,Sigmoid(x))"},
        {"silu", "Mul(Relu(x),Sigmoid(x))"},
        {"gelu", "Mul(Mul(x,Add(Erf(Div(y,#)),#)),#)"},
        {"hard-swish", "Div(Mul(y,Clip(Add(x,#),#,#)),#)"},
        {"layer norm", "Div(Sub(x,ReduceMean(y)),Sqrt(Add(ReduceMean(Pow(Sub(x,ReduceMean(y)),#"
                       ")),#)))"},
        {"layer norm", "d=Sub(x,ReduceMean(x)); Div(d,Sqrt(Add(ReduceMean(Pow(d,y)),#)))"},
        {"RMS norm", "Mul(Div(x,Sqrt(Add(ReduceMean(Pow(y,#)),#))),w)"},
        {"attention", "MatMul(Softmax(x),v)"},
        {"attention", "MatMul(Sigmoid(MatMul(q,Transpose(k))),v)"},
        {"attention", "MatMul(Softmax(MatMul(q,w)),w)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
        TdiGraph graph;
        read_graph(expressions[i][1], &graph);
        if ((count_layers(&graph, expressions[i][0]) & 255) != 0)
            fail_msg("%s is %s", expressions[i][1], expressions[i][0]);
        tdi_graph_free(&graph);
    }
}

/* ---- Attention ----------------------------------------------------------------------- */

static void expect_attention(int layers, const char *expression)
{
    TdiGraph graph;
    read_graph(expression, &graph);
    int found = count_layers(&graph, "attention");
    if (found != (layers << 8 | 1))
        fail_msg("%s: %d layers, %d of them attention", expression, found >> 8, found & 255);
    tdi_graph_free(&graph);
}

static void test_attention(void **state)
{
    (void)state;
    expect_pattern("attention", "MatMul(Softmax(MatMul(q,k)),v)");
    expect_pattern("attention", "MatMul(Softmax(Div(MatMul(q,k),#)),v)");
    expect_pattern("attention", "MatMul(Softmax(Add(Mul(MatMul(q,k),#),m)),v)");
    expect_pattern("attention", "MatMul(Softmax(Add(m,Mul(#,MatMul(q,k)))),v)");
    expect_pattern("attention", "MatMul(Softmax(Where(w,Div(MatMul(q,k),#),#)),v)");
    expect_pattern("attention", "MatMul(Softmax(Where(m,#,Div(MatMul(q,k),#))),v)");
    expect_pattern("attention", "MatMul(Softmax(Max(Add(MatMul(q,k),m),#)),v)");
    expect_pattern("attention", "MatMul(Softmax(Reshape(Add(Reshape(MatMul(q,k),s),m),s)),v)");
    expect_attention(1, "MatMul(Dropout(Softmax(MatMul(q,k))),v)");
    expect_attention(1, "MatMul(Softmax(MatMul(Mul(q,#),Transpose(k))),v)");
    expect_attention(1, "MatMul(Softmax(MatMul(Mul(q,#),Mul(Transpose(k),#))),v)");
    expect_attention(1, "Reshape(Transpose(MatMul(Softmax(MatMul(Transpose(Reshape(q,s)),"
                        "Transpose(Reshape(k,s)))),Transpose(Reshape(v,s)))),s)");
}

/* Where queries, keys and values come from. */
static void test_projections(void **state)
{
    (void)state;
    expect_attention(4, "MatMul(Softmax(MatMul(MatMul(x,w),Transpose(MatMul(x,w)))),"
                        "MatMul(x,w))");
    expect_attention(4, "MatMul(Softmax(MatMul(MatMul(x,w),Transpose(MatMul(y,w)))),"
                        "MatMul(y,w))");
    expect_attention(2, "qkv=Split(MatMul(x,w)); MatMul(Softmax(MatMul(q,Transpose(k))),v)");
    expect_attention(2, "p=MatMul(x,w); MatMul(Softmax(MatMul(Slice(p,s,s),Transpose("
                        "Slice(p,s,s)))),Slice(p,s,s))");
    expect_attention(2, "p=Transpose(Reshape(MatMul(x,w),s)); MatMul(Softmax(MatMul(Mul("
                        "Gather(p,s),#),Transpose(Gather(p,s)))),Gather(p,s))");
    /* Keys and values of the past, which are also given on, stay to be seen. */
    expect_attention(6, "k=Concat(a,MatMul(x,w)); v=Concat(b,MatMul(x,w)); MatMul(Softmax("
                        "MatMul(MatMul(x,w),Transpose(k))),v)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_activations), cmocka_unit_test(test_norms),
        cmocka_unit_test(test_no_patterns), cmocka_unit_test(test_attention),
        cmocka_unit_test(test_projections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
