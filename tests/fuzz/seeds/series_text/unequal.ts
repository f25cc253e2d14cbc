# c

@dimensions 1
@equallength false
@class_label true
@data
1,2,3:a
4,5:b
6:a
