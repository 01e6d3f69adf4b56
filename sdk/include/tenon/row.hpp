/* SPDX-License-Identifier: Apache-2.0 */
/* row - the rows of a message in C++17, where there is no _Generic and where designators must come in order: the C++ type
 * decides the field type by a template, and each attribute of a row (`.flags = X`) becomes an assignment to it.
 *
 * Included by row.h. A table is still a constant: nothing runs when the plugin is loaded. At most 12 attributes a row. */
#ifndef TENON_ROW_HPP
#define TENON_ROW_HPP

extern "C++" {
namespace tenon_detail {
template <enum tenon_type T, enum tenon_card C = TENON_ONE> struct kind {
	static constexpr uint8_t type = T, card = C;
};
template <typename> struct row : kind<TENON_MSG> {};
template <> struct row<bool> : kind<TENON_BOOL> {};
template <> struct row<int64_t> : kind<TENON_I64> {};
template <> struct row<double> : kind<TENON_F64> {};
template <> struct row<const char *> : kind<TENON_STR> {};
template <> struct row<struct tenon_bytes> : kind<TENON_BYTES> {};
template <> struct row<struct tenon_json> : kind<TENON_JSON> {};
template <> struct row<struct tenon_strs> : kind<TENON_STR, TENON_ARRAY> {};
template <> struct row<struct tenon_i64s> : kind<TENON_I64, TENON_ARRAY> {};
template <> struct row<struct tenon_map> : kind<TENON_STR, TENON_MAP> {};
}
}

#define TENON__SET0()
#define TENON__SET1(a) f_ a;
#define TENON__SET2(a, ...) f_ a; TENON__SET1(__VA_ARGS__)
#define TENON__SET3(a, ...) f_ a; TENON__SET2(__VA_ARGS__)
#define TENON__SET4(a, ...) f_ a; TENON__SET3(__VA_ARGS__)
#define TENON__SET5(a, ...) f_ a; TENON__SET4(__VA_ARGS__)
#define TENON__SET6(a, ...) f_ a; TENON__SET5(__VA_ARGS__)
#define TENON__SET7(a, ...) f_ a; TENON__SET6(__VA_ARGS__)
#define TENON__SET8(a, ...) f_ a; TENON__SET7(__VA_ARGS__)
#define TENON__SET9(a, ...) f_ a; TENON__SET8(__VA_ARGS__)
#define TENON__SET10(a, ...) f_ a; TENON__SET9(__VA_ARGS__)
#define TENON__SET11(a, ...) f_ a; TENON__SET10(__VA_ARGS__)
#define TENON__SET12(a, ...) f_ a; TENON__SET11(__VA_ARGS__)
#define TENON__NTH(_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, N, ...) TENON__SET##N
#define TENON__COUNT(...) TENON__NTH(0 __VA_OPT__(,) __VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, )
#define TENON__SET(...) TENON__SETS(TENON__COUNT(__VA_ARGS__), __VA_ARGS__)
#define TENON__SETS(set, ...) set(__VA_ARGS__)

#define TENON__ROW(S, ctype, member_, ...) \
	[]() constexpr { \
		using row_ = tenon_detail::row<decltype(((struct S *)0)->member_)>; \
		struct tenon_field f_ = {}; \
		f_.name = #member_; \
		f_.type = row_::type; \
		f_.card = row_::card; \
		f_.offset = offsetof(struct S, member_); \
		TENON__SET(__VA_ARGS__) \
		return f_; \
	}(),
#define TENON__QUIET
#define TENON__LOUD

#endif
