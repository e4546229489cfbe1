// What every kernel text begins with, after the dialect. T is the element type of the program, given by the host.

// The same block of elements as seen by up to three operands: rows of `length` elements; `rank` axes lead over the rows.
#define MOST_AXES 8
typedef struct {
    int length;
    int rows;
    int rank;
    int step[3];
    int extents[MOST_AXES];
    int strides[3][MOST_AXES];
} Walk;

// Where a row begins for an operand.
DEVICE int row_of(const Walk* walk, int operand, int row) {
    int place = 0;
    for (int axis = walk->rank - 1; axis >= 0; axis--) {
        int above = row / walk->extents[axis];
        place += (row - above * walk->extents[axis]) * walk->strides[operand][axis];
        row = above;
    }
    return place;
}

// A block of elements as one operand sees it.
typedef struct {
    int rank;
    int extents[MOST_AXES];
    int strides[MOST_AXES];
} Axes;

// Where element `index` of the block, in row-major order, lies.
DEVICE int place_of(const Axes* axes, int index) {
    int place = 0;
    for (int axis = axes->rank - 1; axis >= 0; axis--) {
        int above = index / axes->extents[axis];
        place += (index - above * axes->extents[axis]) * axes->strides[axis];
        index = above;
    }
    return place;
}
