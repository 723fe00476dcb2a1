/* Networks in words: the grammar, what is wrong with a text and where, bounds, and the totals
 * of all networks that come with the library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "graph/count.h"
#include "graph/description.h"
#include "graph/networks.h"
#include "graph/shapes.h"
#include "unit/networks.h"

static TdiGraph graph_of(const char *text)
{
    TdiGraph graph;
    TdError err = {0};
    if (tdi_graph_from_description("a.net", text, strlen(text), &graph, NULL, &err) != TD_OK)
        fail_msg("%s", err.message);
    return graph;
}

/* ---- Grammar ----------------------------------------------------------------------------- */

/* What a text of layers makes of 32x32x4, "Conv Relu MaxPool", and the shape at the end. */
static void expect_layers(const char *layers, const char *types, const char *shape)
{
    char text[2000], found[2000] = "", made[100] = "";
    snprintf(text, sizeof text, "network X\ninput 32x32x4 a\n%s\n", layers);
    TdiGraph graph = graph_of(text);
    for (int i = 0; i < graph.operator_count; i++) {
        strcat(found, i > 0 ? " " : "");
        strcat(found, graph.operators[i].type);
    }
    const TdiTensor *output = &graph.tensors[graph.outputs[graph.output_count - 1]];
    for (int i = 0; i < output->shape.rank; i++)
        snprintf(made + strlen(made), sizeof made - strlen(made), "%s%lld", i > 0 ? "," : "",
                 (long long)output->shape.size[i]);
    assert_string_equal(found, types);
    assert_string_equal(made, shape);
    tdi_graph_free(&graph);
}

static void test_convolutions(void **state)
{
    (void)state;
    expect_layers("conv3 8", "Conv", "1,8,30,30");
    expect_layers("conv3 8x2 padding=same", "Conv Conv", "1,8,32,32");
    expect_layers("conv4 8 padding=same stride=2", "Conv", "1,8,16,16");
    expect_layers("conv3 8 padding=1 stride=2x1", "Conv", "1,8,16,32");
    expect_layers("conv1x7 8 padding=0x3", "Conv", "1,8,32,32");
    expect_layers("conv3 8 dilation=2", "Conv", "1,8,28,28");
    expect_layers("conv 8 size=3 groups=4", "Conv", "1,8,30,30");
    expect_layers("dwconv3:relu norm=batch", "Conv BatchNormalization Relu", "1,4,30,30");
    expect_layers("conv3 32:relu norm=group groups=2, conv1 32 norm=group",
                  "Conv GroupNormalization Relu Conv GroupNormalization", "1,32,30,30");
    expect_layers("upconv2 8", "ConvTranspose", "1,8,64,64");
    expect_layers("upconv3 8 stride=2 padding=same", "ConvTranspose", "1,8,64,64");
}

static void test_pools(void **state)
{
    (void)state;
    expect_layers("max2, mean2", "MaxPool AveragePool", "1,4,8,8");
    expect_layers("max3 stride=2", "MaxPool", "1,4,15,15");
    expect_layers("max3 stride=2 ceil=yes", "MaxPool", "1,4,16,16");
    expect_layers("max3 stride=2 padding=same", "MaxPool", "1,4,16,16");
    expect_layers("max3 stride=1 padding=same", "MaxPool", "1,4,32,32");
    expect_layers("mean", "GlobalAveragePool", "1,4,1,1");
    expect_layers("upsample2 mode=linear, crop 10x20", "Resize Slice", "1,4,10,20");
}

static void test_dense_layers(void **state)
{
    (void)state;
    expect_layers("dense 10:softmax", "Flatten Gemm Softmax", "1,10");
    expect_layers("flatten, dense 10:tanh norm=batch", "Flatten Gemm BatchNormalization Tanh",
                  "1,10");
    expect_layers("patch8 6, dense 3", "Conv Reshape Transpose MatMul Add", "1,16,3");
    expect_layers("scale:relu bias=yes, pick 1 3, dropout 0.1", "Mul Add Relu Gather Dropout",
                  "1,2,32,32");
    expect_layers("mish, relu6, leaky-relu", "mish relu6 LeakyRelu", "1,4,32,32");
}

static void test_branches(void **state)
{
    (void)state;
    expect_layers("concat { same | conv1 8 | max3 stride=1 padding=same }",
                  "Conv MaxPool Concat", "1,16,32,32");
    expect_layers("add:relu {\n same\n |\n conv1 4, conv1 4\n}", "Conv Conv Add Relu",
                  "1,4,32,32");
    expect_layers("add { same | conv1 4 | conv3 4 padding=same }", "Conv Conv Sum",
                  "1,4,32,32");
    expect_layers("mul { same | mean, conv1 4:sigmoid }", "GlobalAveragePool Conv Sigmoid Mul",
                  "1,4,32,32");
    expect_layers("concat { concat { same | same } | from a }", "Concat Concat", "1,12,32,32");
    expect_layers("conv1 8, save b, max2, upsample2, concat { same | from b }",
                  "Conv MaxPool Resize Concat", "1,16,32,32");
    expect_layers("output { mean, dense 3 }, conv1 2", "GlobalAveragePool Flatten Gemm Conv",
                  "1,2,32,32");
}

static void test_blocks(void **state)
{
    (void)state;
    expect_layers("block a w act=relu\nconv1 w:act x2\nend\na 8 x2, a act=tanh 2*in",
                  "Conv Relu Conv Relu Conv Relu Conv Relu Conv Tanh Conv Tanh", "1,16,32,32");
    expect_layers("block a k p=same\nconv 3*in size=k padding=p\nend\n"
                  "block b k\na k, a 1 p=valid\nend\nb 3, b 1x5",
                  "Conv Conv Conv Conv", "1,324,32,32");
    expect_layers("block a half=in/2\nconv1 8, conv1 half\nend\na", "Conv Conv", "1,2,32,32");
    expect_layers("block a w wide=2*w\nconv1 wide\nend\n"
                  "block b wide\na wide wide=wide, a 3, save c\nend\n"
                  "save c, b 7, from c",
                  "Conv Conv", "1,4,32,32");
    expect_layers("block a\ndefault act=relu\nconv1 4\nend\nconv1 4, a, conv1 4",
                  "Conv Conv Relu Conv", "1,4,32,32");
}

static void test_tokens(void **state)
{
    (void)state;
    expect_layers("patch8 6, class-token, position, attention heads=2, first-token",
                  "Conv Reshape Transpose Concat Add Attention MatMul Add Gather", "1,6");
    expect_layers("tokens, layer-norm, mean", "Reshape Transpose LayerNormalization ReduceMean",
                  "1,4");
    expect_layers("layer-norm", "Transpose LayerNormalization Transpose", "1,4,32,32");
}

/* In space, and of one row. */
static void test_inputs(void **state)
{
    (void)state;
    TdiGraph graph = graph_of("network X\ninput 8x9x10x2\nconv3 5 stride=1x2x1, max2, dense 3");
    assert_int_equal(graph.tensors[graph.operators[0].outputs[0]].shape.size[3], 4);
    assert_int_equal(stored_numbers(&graph), 5 * 2 * 27 + 5 + 3 * (5 * 3 * 2 * 4) + 3);
    tdi_graph_free(&graph);
    graph = graph_of("network X\ninput 4 left\ninput 3 right\n"
                     "concat { from left, dense 5 | same }, dense 1");
    assert_int_equal(graph.input_count, 2);
    assert_string_equal(graph.tensors[graph.inputs[1]].name, "right");
    assert_int_equal(stored_numbers(&graph), 25 + 9);
    tdi_graph_free(&graph);
}

static void expect_name(const TdiOperator *op, const char *name, const char *block)
{
    assert_string_equal(op->name, name);
    if (block == NULL)
        assert_null(op->block);
    else
        assert_string_equal(op->block, block);
}

static void test_names(void **state)
{
    (void)state;
    TdiGraph graph =
        graph_of("network X\ninput 8x8x2\nblock stem\nconv1 2:relu norm=batch\nend\n"
                 "block pair\nconv1 2 x2\nend\nstem, pair x2, conv1 3");
    const TdiOperator *op = graph.operators;
    expect_name(&op[0], "stem/conv1", "stem");
    expect_name(&op[1], "stem/conv1/batch-norm", "stem");
    expect_name(&op[2], "stem/conv1/relu", "stem");
    expect_name(&op[4], "pair.1/conv2", "pair");
    expect_name(&op[5], "pair.2/conv1", "pair");
    expect_name(&op[7], "conv1", NULL);
    assert_string_equal(graph.tensors[op[0].inputs[1]].name, "stem/conv1.weight");
    tdi_graph_free(&graph);
}

static void test_facts(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf# a comment\r\nnetwork A title  # and so on\r\n"
                               "source https://a.b/c#d\ntop1 76.13 \"there, # 3\"\n"
                               "input 3 # x\ndense 2,\n";
    TdiGraph graph;
    TdiDescription facts;
    TdError err = {0};
    if (tdi_graph_from_description("a", text, sizeof text - 1, &graph, &facts, &err) != TD_OK)
        fail_msg("%s", err.message);
    assert_string_equal(facts.title, "A title");
    assert_string_equal(facts.source, "https://a.b/c#d");
    assert_true(facts.top1 == 76.13);
    assert_string_equal(facts.top1_source, "there, # 3");
    assert_string_equal(graph.name, "A title");
    assert_string_equal(graph.source, "https://a.b/c#d");
    tdi_graph_free(&graph);
}

/* ---- Errors ------------------------------------------------------------------------------ */

#define X "network X\ninput 28x28x1\n"

/* Place and words; "a.net:LINE:COLUMN: " is checked, too. */
static const struct {
    const char *text;
    unsigned line, column;
    const char *message;
} broken[] = {
    {"conv3 64", 1, 1, "a description begins with `network` and a name, as in network LeNet-5"},
    {"network", 1, 8, "network needs words in UTF-8 behind it, as in network LeNet-5"},
    {"network \xff", 1, 9, "network needs words in UTF-8 behind it, as in network LeNet-5"},
    {"network X", 1, 9, "the network has no layers; input 28x28x1 and dense 10 make one"},
    {"network X\nrelu", 2, 1,
     "nothing is fed to relu: a line such as input 224x224x3 comes first"},
    {"network X\ninput 0x3", 2, 7, "size \"0\" is no whole number from 1 to 2147483647"},
    {X "  covn3 64", 3, 3,
     "\"covn3\" is neither a layer nor a block defined above; did you mean conv?"},
    {X "xyzzy", 3, 1, "\"xyzzy\" is neither a layer nor a block defined above"},
    {X "conv3", 3, 1, "conv needs a width behind it, as in conv3 64"},
    {X "conv 64", 3, 1, "conv needs a size behind it, as in conv3 64"},
    {X "conv3 64 64", 3, 10, "\"64\" is a word too many, as in conv3 64"},
    {X "relu, conv3 64 strid=2", 3, 16, "conv has no option \"strid\"; did you mean stride?"},
    {X "relu a=2", 3, 6, "relu has no options, and \"a\" is one"},
    {X "lrn zzzzz=2", 3, 5, "lrn has no option \"zzzzz\"; it has size"},
    {X "conv3 64 stride=2 stride=2", 3, 19, "\"stride\" is said twice"},
    {X "conv3 64 stride=", 3, 17, "stride has no value behind its ="},
    {X "conv3 64:rellu", 3, 10, "\"rellu\" is no activation; did you mean relu?"},
    {X "conv3:relu 64:relu", 3, 15, "\"relu\" is a second activation"},
    {X "relu:tanh", 3, 6, "relu has no activation of its own"},
    {X "conv3 64 padding=some", 3, 18,
     "padding \"some\" is none of same, valid, 1 and 1x3 (any numbers)"},
    {X "conv3 64 stride=1x2x3", 3, 17, "stride \"1x2x3\" has not as many numbers as 2 axes"},
    {X "conv3 64 x0", 3, 10, "\"x0\" is no count from 1 to 65535"},
    {X "conv3 64x2 x2", 3, 12, "\"x2\" is a second count of the same layer"},
    {X "dense 10 norm=bach", 3, 15,
     "norm \"bach\" is none of none, batch, layer, group; did you mean batch?"},
    {X "dense 3/2", 3, 7, "width \"3/2\" is no whole number from 1 to 16777216"},
    {X "dense n", 3, 7, "width \"n\" is neither a number nor `in`"},
    {X "conv3 6 groups=4", 3, 1, "4 groups do not divide 1 channels to 6"},
    {X "conv31 4", 3, 1,
     "the kernel is larger than what it is fed, 28x28x1; padding=same would let it fit"},
    {X "flatten, conv3 3", 3, 10, "conv needs rows and columns, and is fed 784"},
    {X "upsample1024 x9", 3, 1, "what it makes is too large: 30064771072x30064771072x1"},
    {X "add { conv3 2 | conv5 2 }", 3, 1,
     "branches of add make 26x26x2 and 24x24x2, which do not fit"},
    {X "add { conv3 64 }", 3, 1,
     "add takes two branches or more, parted by |, as in add { same | conv3 64 }"},
    {X "output { mean | max }", 3, 1,
     "output takes one list of layers, as in output { mean, dense 1000 }"},
    {X "add { same |\n conv3 64", 3, 5, "the { of add has no }"},
    {X "add { | same }", 3, 7, "a branch is empty; write `same` for one that does nothing"},
    {X "add same", 3, 5, "\"same\" is a word too many, as in add { same | conv3 64 }"},
    {X "add, same", 3, 4, "add needs a { here, as in add { same | conv3 64 }"},
    {X "add { same | same } relu", 3, 21, "a comma or the end of the line is missing"},
    {X "relu }", 3, 6, "a } without a {"},
    {X "relu | relu", 3, 6, "a | outside of braces"},
    {X "relu { relu }", 3, 6, "\"relu\" takes no {"},
    {X "{ relu }", 3, 1, "a layer begins with its kind, as in conv3 64 or add { ... | ... }"},
    {X "add { same | default act=relu }", 3, 14,
     "default stands outside of braces; is a } missing before it?"},
    {X "add { same | input 3 }", 3, 14, "input stands outside of blocks and braces"},
    {X "from b", 3, 6, "no point \"b\" was saved before; write `save NAME` where it is"},
    {X "save abc\nfrom abd", 4, 6, "no point \"abd\" was saved before; did you mean abc?"},
    {X "save 3", 3, 6, "\"3\" is no name (letters, digits, - and _)"},
    {X "block a w\nconv3 w\nend\na", 6, 1, "block a needs its parameter w"},
    {X "block a w\nconv3 w\nend\na 3 4", 6, 5,
     "\"4\" is a word too many: block a has 1 parameter"},
    {X "block a wide\nconv3 1\nend\na wyde=4", 6, 3,
     "block a has no parameter \"wyde\"; did you mean wide?"},
    {X "block a wide\nconv3 wyde\nend\na 3", 4, 7,
     "width \"wyde\" is neither a number nor a parameter of the block; did you mean wide? (in "
     "block a, from line 6)"},
    {X "block a w\nconv3 w\nend\na relu", 4, 7,
     "width \"w = relu\" is no whole number from 1 to 16777216 (in block a, from line 6)"},
    {X "block a\nconv3 1", 3, 1, "block a has no `end`"},
    {X "block a\na\nend", 4, 1, "block a is used before its end"},
    {X "block a\nblock b\nend\nend", 4, 1, "a block inside of block a; is its `end` missing?"},
    {X "block a\nend\nblock a\nend", 5, 7, "block a is defined twice"},
    {X "block conv3\nend", 3, 7, "\"conv3\" is a word of the language, not a block's name"},
    {X "block a in\nend", 3, 9,
     "\"in\" is no new name of a parameter (letters, digits, - and _; not `in`)"},
    {X "block a\ninput 3\nend", 4, 1, "input stands outside of blocks and braces"},
    {X "block a\nend\na:relu", 5, 3, "a block has no activation of its own"},
    {X "end", 3, 1, "`end` without a block"},
    {X "network Y", 3, 1, "network is said twice"},
    {X "default foo=3", 3, 9,
     "default takes act=, bias=, norm= and padding=, as in default norm=batch act=relu "
     "padding=same"},
    {X "default norms=batch", 3, 9, "\"norms\" has no default; did you mean norm?"},
    {X "default act=relu { }", 3, 18,
     "the line should end here, as in default norm=batch act=relu padding=same"},
    {X "top1 101 \"a\"", 3, 6,
     "top1 needs a percentage from 0 to 100, as in top1 69.8 \"torchvision 0.14 weights V1\""},
    {X "top1 80", 3, 8,
     "top1 needs where the figure stands, in quotes, as in top1 69.8 \"torchvision 0.14 "
     "weights V1\""},
    {X "conv3 \"a\"", 3, 1, "conv needs a width behind it, as in conv3 64"},
    {X "relu \"a\"", 3, 6, "layers take no quoted words"},
    {X "relu \"a\nb", 3, 6, "the quotation has no end on this line"},
    {X "re\x01lu", 3, 3, "a byte (1) that is no letter of a text"},
    {X "attention heads=2", 3, 1,
     "attention needs tokens (input 197x768, or patch16 768 of an image), and is fed 28x28x1"},
    {X "tokens, attention heads=2", 3, 9, "2 heads do not divide a width of 1"},
    {X "unembed", 3, 1,
     "unembed needs tokens (input 197x768, or patch16 768 of an image), and is fed 28x28x1"},
    {X "tokens, unembed", 3, 9, "unembed needs an embed before it"},
    {X "pick 2", 3, 6, "channel \"2\" is no whole number from 1 to 1"},
    {X "crop 29", 3, 6, "29 is more than what is fed, 28x28x1"},
    {X "dropout 1", 3, 9, "\"1\" is no share from 0 to 1, as in dropout 0.5"},
};

static void test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        TdiGraph graph;
        TdError err = {0};
        char message[600];
        TdStatus status = tdi_graph_from_description(
            "a.net", broken[i].text, strlen(broken[i].text), &graph, NULL, &err);
        snprintf(message, sizeof message, "a.net:%u:%u: %s", broken[i].line, broken[i].column,
                 broken[i].message);
        assert_int_equal(status, TD_ERROR_RECIPE);
        assert_string_equal(err.message, message);
        assert_int_equal(err.line, broken[i].line);
        assert_int_equal(err.column, broken[i].column);
        assert_int_equal(graph.operator_count, 0);
    }
}

/* ---- Bounds ------------------------------------------------------------------------------ */

static void expect_bound(const TdiText *text, const char *words)
{
    TdiGraph graph;
    TdError err = {0};
    assert_false(text->failed);
    assert_int_equal(
        tdi_graph_from_description("a", text->data, text->length, &graph, NULL, &err),
        TD_ERROR_RECIPE);
    if (strstr(err.message, words) == NULL)
        fail_msg("%s", err.message);
}

static void test_bounds(void **state)
{
    (void)state;
    TdiText text = {0};
    tdi_text_add(&text, X);
    for (int i = 0; i < 100000; i++)
        tdi_text_add(&text, "add { same | ");
    expect_bound(&text, "braces are nested more than 48 deep");
    tdi_text_free(&text);

    tdi_text_add(&text, X "block b0\nrelu\nend\n");
    for (int i = 1; i < 100; i++)
        tdi_text_format(&text, "block b%d\nb%d\nend\n", i, i - 1);
    tdi_text_add(&text, "b99");
    expect_bound(&text, "blocks and braces are nested more than 48 deep");
    tdi_text_free(&text);

    tdi_text_add(&text, X "block b0\nrelu x1000\nend\nblock b1\nb0 x1000\nend\nb1 x1000");
    expect_bound(&text, "the network has more than 200000 operators");
    tdi_text_free(&text);

    tdi_text_add(&text, X "block b0\nend\nblock b1\nb0 x65535\nend\nb1 x65535");
    expect_bound(&text, "the network has more than 400000 layers");
    tdi_text_free(&text);

    tdi_text_add(&text, X);
    for (int i = 0; i < 2000; i++)
        tdi_text_format(&text, "save a%d\n", i);
    expect_bound(&text, "more than 1024 points are saved");
    tdi_text_free(&text);

    tdi_text_add(&text, X "pick");
    for (int i = 0; i < 100000; i++)
        tdi_text_add(&text, " 1");
    expect_bound(&text, "more than 1024 channels are picked");
    tdi_text_free(&text);

    tdi_text_add(&text, X "conv3 ");
    for (int i = 0; i < 1000; i++)
        tdi_text_add(&text, "9999*");
    expect_bound(&text, "is no whole number");
    tdi_text_free(&text);
}

/* ---- The networks that come with the library --------------------------------------------- */

/* torch's counts, of torchvision's networks where it has them; else arithmetic by hand, or from
 * the papers. */
static const struct {
    const char *name;
    uint64_t parameters, macs;
    int outputs;
} totals[] = {
    {"alexnet", 61100840, 714188480, 1},         {"convnext-tiny", 28589128, 4455531264, 1},
    {"densenet-121", 7978856, 2834161664, 1},    {"efficientnet-b0", 5288548, 385814752, 1},
    {"googlenet", 6998552, 1582671872, 1},       {"gpt-2", 124439808, 145824153600, 1},
    {"inception-v3", 23834568, 5713216096, 1},   {"inception-v3-aux", 27161264, 5718899296, 2},
    {"inception-v4", 42679816, 12253974624, 1},  {"lenet-5", 60000, 325680, 1},
    {"mobilenet-v2", 3504872, 300774272, 1},     {"resnet-101", 44549160, 7801405440, 1},
    {"resnet-101-v1", 44549160, 7570194432, 1},  {"resnet-152", 60192808, 11513626624, 1},
    {"resnet-152-v1", 60192808, 11282415616, 1}, {"resnet-18", 11689512, 1814073344, 1},
    {"resnet-34", 21797672, 3663761408, 1},      {"resnet-50", 25557032, 4089184256, 1},
    {"resnet-50-v1", 25557032, 3857973248, 1},   {"squeezenet", 1248424, 818924576, 1},
    {"u-net", 31030658, 150428424448, 1},        {"vgg-16", 138357544, 15470264320, 1},
    {"vgg-19", 143667240, 19632062464, 1},       {"vit-b-16", 86567656, 17563828224, 1},
};
enum { TOTALS = sizeof totals / sizeof *totals };

static TdiGraph network_of(const char *name)
{
    TdError err = {0};
    const TdiNetworkText *network = tdi_network_find(name, &err);
    if (network == NULL)
        fail_msg("%s", err.message);
    return graph_of(network->text);
}

static void test_totals(void **state)
{
    (void)state;
    assert_int_equal(tdi_network_count, TOTALS);
    for (size_t i = 0; i < TOTALS; i++) {
        TdiGraph graph = network_of(totals[i].name);
        TdiTotals found = tdi_graph_count(&graph);
        if (found.parameters != totals[i].parameters || found.macs != totals[i].macs)
            fail_msg("%s: %llu parameters, %llu multiply-adds", totals[i].name,
                     (unsigned long long)found.parameters, (unsigned long long)found.macs);
        assert_int_equal(found.stored, totals[i].parameters);
        assert_int_equal(found.macs_unknown + found.unknown, 0);
        assert_int_equal(graph.output_count, totals[i].outputs);
        assert_string_equal(tdi_network_texts[i].name, totals[i].name);
        assert_string_equal(tdi_network_texts[i].title, graph.name);
        assert_non_null(graph.source);
        tdi_graph_free(&graph);
    }
}

/* Descriptions say what shapes their operators make; inference finds the same. */
static void test_shapes_are_inferred(void **state)
{
    (void)state;
    for (size_t i = 0; i < tdi_network_count; i++) {
        TdiGraph graph = graph_of(tdi_network_texts[i].text);
        for (int k = 0; k < graph.operator_count; k++) {
            const TdiOperator *op = &graph.operators[k];
            TdiTensor *output = tdi_output(&graph, op, 0);
            TdiShape said = output->shape;
            if (op->op == TDI_OP_UNKNOWN) {
                assert_string_equal(op->domain, "tiedye");
                continue;
            }
            output->shape = tdi_shape_unknown();
            tdi_infer_shapes(&graph, op);
            if (!tdi_shape_equal(&said, &output->shape))
                fail_msg("%s: %s", graph.name, op->name);
        }
        tdi_graph_free(&graph);
    }
}

/* Of a block, all its copies together. */
static void expect_block(const TdiGraph *graph, const char *block, uint64_t parameters,
                         uint64_t macs)
{
    uint64_t found = 0, cost = 0;
    for (int i = 0; i < graph->operator_count; i++)
        if (graph->operators[i].block != NULL &&
            strcmp(graph->operators[i].block, block) == 0) {
            found += graph->operators[i].parameters;
            cost += graph->operators[i].macs;
        }
    assert_int_equal(found, parameters);
    assert_int_equal(cost, macs);
}

/* The figures of Cadene's Inception-v4, stage by stage. */
static void test_inception_v4(void **state)
{
    (void)state;
    TdiGraph graph = network_of("inception-v4");
    tdi_graph_count(&graph);
    expect_block(&graph, "stem", 928 + 9280 + 18560 + 55488 + 189312 + 332160,
                 19181664ull + 199148544 + 398297088 + 294672384 + 972218368 + 406425600);
    expect_block(&graph, "inception-a", 4 * 317632, 4 * 387609600ull);
    expect_block(&graph, "reduction-a", 2306112, 1097164800);
    expect_block(&graph, "inception-b", 7 * 2936256, 7 * 847264768ull);
    expect_block(&graph, "reduction-b", 2747392, 511098880);
    expect_block(&graph, "inception-c", 3 * 4553088, 3 * 290979840ull);
    tdi_graph_free(&graph);
}

/* What is learned in C1, S2, C3, S4, C5 and F6. */
static void test_lenet_5(void **state)
{
    (void)state;
    static const uint64_t learned[] = {156, 12, 1516, 32, 48120, 10164};
    TdiGraph graph = network_of("lenet-5");
    uint64_t found[6] = {0};
    int stage = 0;
    tdi_graph_count(&graph);
    for (int i = 0; i < graph.operator_count; i++) {
        const TdiOperator *op = &graph.operators[i];
        stage += strcmp(op->type, "AveragePool") == 0 || strcmp(op->type, "Gemm") == 0;
        found[stage] += op->parameters;
        stage += strcmp(op->type, "lecun-tanh") == 0 && (stage == 1 || stage == 3);
    }
    for (int i = 0; i < 6; i++)
        assert_int_equal(found[i], learned[i]);
    tdi_graph_free(&graph);
}

static void test_unknown_network(void **state)
{
    (void)state;
    TdError err;
    assert_null(tdi_network_find("inception-v5", &err));
    assert_string_equal(err.message,
                        "unknown network @inception-v5; did you mean @inception-v3?");
    assert_null(tdi_network_find("xyzzy", NULL));
}

/* ---- The page ---------------------------------------------------------------------------- */

static char *read_page(void)
{
    FILE *file = fopen("docs/NETWORKS.md", "rb");
    char *text = tdi_alloc(1 << 20, 1);
    if (file == NULL)
        fail_msg("docs/NETWORKS.md is not there; tests run in the source folder");
    size_t length = fread(text, 1, (1 << 20) - 1, file);
    assert_true(length > 1000);
    fclose(file);
    return text;
}

/* Every description on the page can be built. */
static void test_examples(void **state)
{
    (void)state;
    static const char fence[] = "```net\n";
    char *page = read_page();
    int count = 0;
    for (char *at = strstr(page, fence); at != NULL; at = strstr(at, fence), count++) {
        at += sizeof fence - 1;
        char *end = strstr(at, "```");
        *end = '\0';
        TdiGraph graph = graph_of(at);
        tdi_graph_free(&graph);
        at = end + 1;
    }
    assert_true(count >= 7);
    tdi_free(page);
}

/* "1,234,567" */
static const char *with_commas(uint64_t number, char words[40])
{
    char digits[24];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            words[used++] = ',';
        words[used++] = digits[i];
    }
    words[used] = '\0';
    return words;
}

/* The page's table of networks is what is counted. */
static void test_table(void **state)
{
    (void)state;
    char *page = read_page();
    for (size_t i = 0; i < TOTALS; i++) {
        char row[200], parameters[40], macs[40];
        snprintf(row, sizeof row, "| `@%s` | %s | %s | %s |\n", totals[i].name,
                 tdi_network_find(totals[i].name, NULL)->title,
                 with_commas(totals[i].parameters, parameters),
                 with_commas(totals[i].macs, macs));
        if (strstr(page, row) == NULL)
            fail_msg("docs/NETWORKS.md lacks %s", row);
    }
    tdi_free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_convolutions),
        cmocka_unit_test(test_pools),
        cmocka_unit_test(test_dense_layers),
        cmocka_unit_test(test_branches),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_inputs),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_shapes_are_inferred),
        cmocka_unit_test(test_inception_v4),
        cmocka_unit_test(test_lenet_5),
        cmocka_unit_test(test_unknown_network),
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
