/// Linear programs: the least cost of non-negative amounts under linear rows.
///
/// The revised simplex method with an explicit inverse of the basis (Dantzig; Chvátal, “Linear
/// Programming”, 1983, chapters 7 and 8). Columns can be added between solutions, and the basis
/// at hand stays a start: that is what column generation needs. Bland's rule takes over after
/// steps that gain nothing, so it always ends.
struct Simplex {
  /// A variable: what one unit costs, and what it adds to each row.
  struct Column {
    var cost: Double
    var entries: [(row: Int, value: Double)]
  }

  /// How a row's sum relates to its right side.
  enum Relation { case atMost, equal }

  /// Below this a number counts as zero.
  static let tolerance = 1e-9

  private(set) var columns: [Column] = []
  /// The column that each row of the basis stands for.
  private(set) var basis: [Int] = []
  /// The amounts of the basis columns.
  private var amounts: [Double]
  private var inverse: [Double]
  private let right: [Double]
  private let size: Int
  private var blocked: Set<Int> = []
  private var stepsSinceRefresh = 0

  /// Makes a program whose right sides are not negative.
  ///
  /// Each row starts with a column of its own: slack for `atMost`, and for `equal` a column at
  /// `penalty`, which any useful solution drives to zero.
  init(rows: [(relation: Relation, right: Double)], penalty: Double) {
    size = rows.count
    right = rows.map(\.right)
    amounts = right
    inverse = Array(repeating: 0, count: size * size)
    for (row, entry) in rows.enumerated() {
      columns.append(
        Column(cost: entry.relation == .equal ? penalty : 0, entries: [(row, 1)]))
      basis.append(row)
      inverse[row * size + row] = 1
    }
  }

  /// Adds a column and gives its number.
  mutating func add(_ column: Column) -> Int {
    columns.append(column)
    return columns.count - 1
  }

  /// Changes a column's cost; the basis stays feasible.
  mutating func setCost(_ column: Int, _ cost: Double) { columns[column].cost = cost }

  /// Keeps a column from entering the basis again.
  mutating func block(_ column: Int) { blocked.insert(column) }

  /// The amount of a column in the solution.
  func amount(_ column: Int) -> Double {
    basis.firstIndex(of: column).map { max(0, amounts[$0]) } ?? 0
  }

  /// The cost of the solution.
  var cost: Double {
    zip(basis, amounts).reduce(0) { $0 + columns[$1.0].cost * $1.1 }
  }

  /// The price of each row: what one more unit of its right side would cost.
  var prices: [Double] {
    var prices = [Double](repeating: 0, count: size)
    for row in 0..<size where columns[basis[row]].cost != 0 {
      let cost = columns[basis[row]].cost
      for column in 0..<size { prices[column] += cost * inverse[row * size + column] }
    }
    return prices
  }

  /// Goes to an optimum over the columns at hand; false when the steps ran out.
  ///
  /// - Complexity: O(rows² + entries) a step.
  mutating func solve(mostSteps: Int = 50_000) -> Bool {
    var idle = 0
    for _ in 0..<mostSteps {
      guard let entering = entering(byFirst: idle > 2 * size) else { return true }
      let direction = direction(of: columns[entering])
      guard let leaving = leaving(direction, byFirst: idle > 2 * size) else { return true }
      idle = amounts[leaving] > 1e-12 ? 0 : idle + 1
      pivot(entering, leaving, direction)
    }
    return false
  }

  private func entering(byFirst: Bool) -> Int? {
    let prices = prices
    var best = -Self.tolerance
    var found: Int?
    for (index, column) in columns.enumerated() where !blocked.contains(index) {
      var reduced = column.cost
      for entry in column.entries { reduced -= prices[entry.row] * entry.value }
      if reduced < best {
        found = index
        if byFirst { return index }
        best = reduced
      }
    }
    return found
  }

  private func direction(of column: Column) -> [Double] {
    var direction = [Double](repeating: 0, count: size)
    for entry in column.entries {
      for row in 0..<size { direction[row] += inverse[row * size + entry.row] * entry.value }
    }
    return direction
  }

  private func leaving(_ direction: [Double], byFirst: Bool) -> Int? {
    var found: Int?
    var least = Double.infinity
    for row in 0..<size where direction[row] > Self.tolerance {
      let ratio = max(0, amounts[row]) / direction[row]
      guard let known = found, ratio > least - 1e-12 else {
        (found, least) = (row, ratio)
        continue
      }
      if ratio > least + 1e-12 { continue }
      // Among equals: Bland's first column, or else the steadiest pivot.
      let isBetter =
        byFirst ? basis[row] < basis[known] : direction[row] > direction[known]
      if isBetter { (found, least) = (row, min(least, ratio)) }
    }
    return found
  }

  private mutating func pivot(_ entering: Int, _ leaving: Int, _ direction: [Double]) {
    let amount = max(0, amounts[leaving]) / direction[leaving]
    let scale = 1 / direction[leaving]
    for column in 0..<size { inverse[leaving * size + column] *= scale }
    for row in 0..<size where row != leaving && direction[row] != 0 {
      let factor = direction[row]
      amounts[row] -= factor * amount
      for column in 0..<size {
        inverse[row * size + column] -= factor * inverse[leaving * size + column]
      }
    }
    amounts[leaving] = amount
    basis[leaving] = entering
    stepsSinceRefresh += 1
    if stepsSinceRefresh >= 200 { refresh() }
  }

  /// Computes the inverse afresh, so that rounding does not add up.
  private mutating func refresh() {
    stepsSinceRefresh = 0
    let width = 2 * size
    var table = [Double](repeating: 0, count: size * width)
    for (place, index) in basis.enumerated() {
      for entry in columns[index].entries { table[entry.row * width + place] = entry.value }
      table[place * width + size + place] = 1
    }
    for place in 0..<size {
      guard
        let pivot = (place..<size).max(by: {
          table[$0 * width + place].magnitude < table[$1 * width + place].magnitude
        }), table[pivot * width + place].magnitude > 1e-12
      else { return }
      if pivot != place {
        for column in 0..<width {
          table.swapAt(pivot * width + column, place * width + column)
        }
      }
      let scale = 1 / table[place * width + place]
      for column in 0..<width { table[place * width + column] *= scale }
      for row in 0..<size where row != place && table[row * width + place] != 0 {
        let factor = table[row * width + place]
        for column in 0..<width {
          table[row * width + column] -= factor * table[place * width + column]
        }
      }
    }
    for row in 0..<size {
      var amount = 0.0
      for column in 0..<size {
        inverse[row * size + column] = table[row * width + size + column]
        amount += inverse[row * size + column] * right[column]
      }
      amounts[row] = amount
    }
  }
}
